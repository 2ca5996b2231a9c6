// Answers how systemd itself reads a value: calls the parsers of libsystemd-shared-NNN.so, which exports them for systemd's
// own programs. Reads requests `KIND HEX` from standard input, one a line, and answers each with `no`, or `yes` and what it
// read. The declarations are those of systemd 252, 257 and 262, where these parsers are alike.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void *library;

static void *function(const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "%s\n", dlerror());
    exit(2);
  }
  return found;
}

static char *decode(const char *hex, size_t *length) {
  *length = strlen(hex) / 2;
  char *text = calloc(1, *length + 1);
  for (size_t i = 0; i < *length; i++) {
    unsigned byte;
    sscanf(hex + 2 * i, "%2x", &byte);
    text[i] = byte;
  }
  return text;
}

static void encode(const char *text) {
  putchar(' ');
  putchar('.');
  for (; *text; text++) printf("%02x", (unsigned char)*text);
}

// Words: EXTRACT_CUNESCAPE, EXTRACT_UNQUOTE and EXTRACT_RETAIN_ESCAPE of basic/extract-word.h.
enum { unescape = 1 << 1, unquote = 1 << 5, retain_escape = 1 << 7 };

static void words(const char *text, int flags) {
  int (*extract)(const char **, char **, const char *, int) = function("extract_first_word");
  char *found[4096];
  int count = 0, r;
  for (const char *rest = text; (r = extract(&rest, &found[count], NULL, flags)) > 0 && count < 4095;) count++;
  if (r < 0) {
    printf("no");
    return;
  }
  printf("yes");
  for (int i = 0; i < count; i++) encode(found[i]);
}

// Files: config_parse() of shared/conf-parser.h.
static int assignment(const char *unit, const char *file, unsigned line, const char *section, unsigned section_line,
                      const char *key, int type, const char *value, void *data, void *userdata) {
  (void)unit, (void)file, (void)section_line, (void)type, (void)data, (void)userdata;
  printf(" %u", line);
  encode(section ? section : "");
  encode(key);
  encode(value);
  return 0;
}

static int lookup(const void *table, const char *section, const char *key, void **callback, int *type, void **data,
                  void *userdata) {
  (void)table, (void)section, (void)userdata;
  // Keys for others' use are unknown to all tables of systemd.
  if (strncmp(key, "X-", 2) == 0) return 0;
  *callback = assignment;
  *type = 0;
  *data = NULL;
  return 1;
}

enum { warn = 1 << 1 };

static void file(char *text, size_t length) {
  static const char sections[] = "Guest\0Remote\0Update\0Packages\0Exec\0Files\0Network\0Unit\0Service\0Timer\0";
  int (*parse)(const char *, const char *, FILE *, const char *, void *, const void *, int, void *, void *) =
      function("config_parse");
  FILE *stream = fmemopen(text, length, "r");
  printf("yes");
  if (!stream) return;
  // What it complains of, it logs to standard error.
  int log = memfd_create("log", 0);
  int before = dup(2);
  dup2(log, 2);
  int r = parse(NULL, "file", stream, sections, lookup, NULL, warn, NULL, NULL);
  dup2(before, 2);
  close(before);
  if (r < 0 || lseek(log, 0, SEEK_END) > 0) printf(" complaint");
  close(log);
  fclose(stream);
}

static void answer(const char *kind, char *text, size_t length) {
  if (strcmp(kind, "words") == 0) return words(text, unescape | unquote);
  if (strcmp(kind, "quoted") == 0) return words(text, unquote | retain_escape);
  if (strcmp(kind, "plain") == 0) return words(text, 0);
  if (strcmp(kind, "file") == 0) return file(text, length);
  int64_t number = 0;
  int is_right;
  if (strcmp(kind, "boolean") == 0) {
    int (*parse)(const char *) = function("parse_boolean");
    is_right = (number = parse(text)) >= 0;
  } else if (strcmp(kind, "sec") == 0) {
    int (*parse)(const char *, uint64_t *) = function("parse_sec");
    is_right = parse(text, (uint64_t *)&number) >= 0;
  } else if (strcmp(kind, "size") == 0) {
    int (*parse)(const char *, uint64_t, uint64_t *) = function("parse_size");
    is_right = parse(text, 1024, (uint64_t *)&number) >= 0;
  } else if (strcmp(kind, "permyriad") == 0) {
    int (*parse)(const char *) = function("parse_permyriad");
    is_right = (number = parse(text)) >= 0;
  } else if (strcmp(kind, "integer") == 0) {
    int (*parse)(const char *, int *) = function("safe_atoi");
    int read = 0;
    is_right = parse(text, &read) >= 0;
    number = read;
  } else if (strcmp(kind, "interface") == 0) {
    _Bool (*valid)(const char *, int) = function("ifname_valid_full");
    is_right = valid(text, 0);
  } else if (strcmp(kind, "hostname") == 0) {
    _Bool (*valid)(const char *, int) = function("hostname_is_valid");
    is_right = valid(text, 0);
  } else if (strcmp(kind, "variable") == 0) {
    _Bool (*valid)(const char *) = function("env_assignment_is_valid");
    is_right = valid(text);
  } else if (strcmp(kind, "credential") == 0) {
    _Bool (*valid)(const char *) = function("credential_name_valid");
    is_right = valid(text);
  } else if (strcmp(kind, "port") == 0) {
    int (*parse)(const char *, uint16_t *) = function("parse_ip_port");
    uint16_t port = 0;
    is_right = parse(text, &port) >= 0;
    number = port;
  } else if (strcmp(kind, "machine-id") == 0) {
    int (*parse)(const char *, void *) = function("sd_id128_from_string");
    uint8_t id[16];
    is_right = parse(text, id) >= 0;
  } else {
    fprintf(stderr, "unknown: %s\n", kind);
    exit(2);
  }
  if (is_right)
    printf("yes %llu", (unsigned long long)number);
  else
    printf("no");
}

int main(int argc, char **argv) {
  library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 2;
  }
  char *line = NULL;
  size_t room = 0;
  for (ssize_t length; (length = getline(&line, &room, stdin)) > 0;) {
    line[strcspn(line, "\n")] = '\0';
    char *hex = strchr(line, ' ');
    if (hex) *hex++ = '\0';
    size_t decoded;
    char *text = decode(hex ? hex : "", &decoded);
    answer(line, text, decoded);
    putchar('\n');
    free(text);
  }
  return 0;
}
