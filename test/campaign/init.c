// PID 1 of the light guests. It does what the file /usr/share/life of its tree says, in no time, and needs nothing else of the
// tree. Called as another process it writes a mark: init write NUMBER.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

/** Replaces a file by one with this content, so that it is whole at each instant. */
static void put(const char *path, const char *text) {
  char new[256];
  snprintf(new, sizeof new, "%s.new", path);
  int file = open(new, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || write(file, text, strlen(text)) < 0 || close(file) < 0 || rename(new, path) < 0) die(path);
}

/** The protocol of sd_notify(3), to the socket that nspawn offers. */
static void say_ready(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/host/notify"};
  int notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const char *text = "READY=1";
  if (notify < 0 || sendto(notify, text, strlen(text), 0, (struct sockaddr *)&address, sizeof address) < 0)
    die("notify");
  close(notify);
}

static void wait_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void flood(int lines) {
  for (int line = 0; line < lines; line++) printf("%d: there is no end to what can be said on a console\n", line);
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (getpid() != 1) {
    if (count != 3 || strcmp(arguments[1], "write")) return 2;
    put("/etc/campaign", arguments[2]);
    put("/var/campaign", arguments[2]);
    return 0;
  }
  // A signal that is blocked is kept, one that PID 1 does not handle is dropped.
  sigset_t signals;
  sigfillset(&signals);
  sigprocmask(SIG_SETMASK, &signals, NULL);
  char life[32] = "";
  int number = 0;
  FILE *file = fopen("/usr/share/life", "r");
  if (!file || fscanf(file, "%31s %d", life, &number) < 1) die("/usr/share/life");
  if (!strcmp(life, "panics")) return 1;
  if (!strcmp(life, "loops")) reboot(RB_AUTOBOOT);
  if (!strcmp(life, "floods")) flood(number);
  if (strcmp(life, "hangs")) say_ready();
  if (!strcmp(life, "leaves")) {
    wait_ms(number);
    return 0;
  }
  if (!strcmp(life, "returns")) {
    // Once: it reboots in the middle of its first check.
    char mark[64];
    snprintf(mark, sizeof mark, "/var/returned-%d", number);
    if (access(mark, F_OK)) {
      put(mark, "");
      wait_ms(number % 600);
      reboot(RB_AUTOBOOT);
    }
  }
  for (;;) {
    int signal = sigwaitinfo(&signals, NULL);
    // What nspawn asks of it (SIGRTMIN+3), and machinectl (SIGRTMIN+4, SIGINT).
    if (signal == SIGRTMIN + 3 || signal == SIGRTMIN + 4) return 0;
    if (signal == SIGINT) reboot(RB_AUTOBOOT);
    while (waitpid(-1, NULL, WNOHANG) > 0);
  }
}
