# What packagers and the tests use: npm run build, then make install DESTDIR=... PREFIX=/usr
PREFIX ?= /usr
SYSCONFDIR ?= /etc
NODE ?= /usr/bin/node
# For the generator; without it there, that runs on Node.
QJS ?= /usr/bin/qjs
LIBDIR = $(PREFIX)/lib/ostree-guests
UNITDIR = $(PREFIX)/lib/systemd/system
GENERATORDIR = $(PREFIX)/lib/systemd/system-generators
MANDIR = $(PREFIX)/share/man
SYSCTLDIR = $(PREFIX)/lib/sysctl.d
TMPFILESDIR = $(PREFIX)/lib/tmpfiles.d
CATALOGDIR = $(PREFIX)/lib/systemd/catalog
NETWORKDIR = $(PREFIX)/lib/systemd/network
BASHDIR = $(PREFIX)/share/bash-completion/completions
# Debian: vendor-completions
ZSHDIR = $(PREFIX)/share/zsh/site-functions
FISHDIR = $(PREFIX)/share/fish/vendor_completions.d
PROGRAMS = $(filter-out dist/guestctl.cjs,$(wildcard dist/*.cjs)) $(wildcard dist/generator-qjs*.js) dist/power-on dist/note-memory dist/clear-left-over dist/run-guest dist/ask-first dist/make-place dist/start-networkd dist/forward-port dist/name-servers
FILL = sed -e 's|@NODE@|$(NODE)|g' -e 's|@QJS@|$(QJS)|g' -e 's|@LIBDIR@|$(LIBDIR)|g'

.PHONY: install install-cockpit
install:
	@test -e dist/guestctl.cjs || { echo "make: dist/ is missing; run: npm run build" >&2; exit 1; }
	install -d $(addprefix $(DESTDIR),$(SYSCONFDIR)/ostree-guests $(LIBDIR)/templates $(UNITDIR) $(GENERATORDIR) $(SYSCTLDIR) $(TMPFILESDIR) $(PREFIX)/bin \
		$(MANDIR)/man1 $(MANDIR)/man5 $(MANDIR)/man7 $(MANDIR)/man8 $(BASHDIR) $(ZSHDIR) $(FISHDIR))
	for file in $(PROGRAMS); do $(FILL) "$$file" > $(DESTDIR)$(LIBDIR)/"$${file##*/}" || exit 1; done
	chmod 644 $(addprefix $(DESTDIR)$(LIBDIR)/,$(notdir $(PROGRAMS)))
	install -m 644 templates/*.build $(DESTDIR)$(LIBDIR)/templates
	install -m 755 dist/bwrap $(DESTDIR)$(LIBDIR)
	install -m 644 packaging/start-timers $(DESTDIR)$(LIBDIR)
	$(FILL) generators/ostree-guests-generator > $(DESTDIR)$(LIBDIR)/ostree-guests-generator
	chmod 755 $(DESTDIR)$(LIBDIR)/ostree-guests-generator
	ln -sfr $(DESTDIR)$(LIBDIR)/ostree-guests-generator $(DESTDIR)$(GENERATORDIR)/ostree-guests-generator
	for unit in units/*; do $(FILL) "$$unit" > $(DESTDIR)$(UNITDIR)/"$${unit##*/}" || exit 1; done
	$(FILL) -e '1s|^#!.*|#!$(NODE)|' dist/guestctl.cjs > $(DESTDIR)$(LIBDIR)/guestctl.cjs
	chmod 755 $(DESTDIR)$(LIBDIR)/guestctl.cjs
	ln -sfr $(DESTDIR)$(LIBDIR)/guestctl.cjs $(DESTDIR)$(PREFIX)/bin/guestctl
	install -m 644 packaging/sysctl.d/50-ostree-guests.conf $(DESTDIR)$(SYSCTLDIR)
	install -D -m 644 packaging/selinux/ostree-guests.cil $(DESTDIR)$(PREFIX)/share/selinux/packages/ostree-guests.cil
	install -m 644 packaging/tmpfiles.d/ostree-guests.conf $(DESTDIR)$(TMPFILESDIR)
	install -D -m 644 packaging/catalog/ostree-guests.catalog $(DESTDIR)$(CATALOGDIR)/ostree-guests.catalog
	for link in ve vb vz; do install -D -m 644 packaging/network/50-ostree-guests.conf \
		$(DESTDIR)$(NETWORKDIR)/80-container-$$link.network.d/50-ostree-guests.conf || exit 1; done
	for page in dist/man/*; do install -m 644 "$$page" $(DESTDIR)$(MANDIR)/man"$${page##*.}" || exit 1; done
	install -m 644 dist/completion/guestctl $(DESTDIR)$(BASHDIR)
	install -m 644 dist/completion/_guestctl $(DESTDIR)$(ZSHDIR)
	install -m 644 dist/completion/guestctl.fish $(DESTDIR)$(FISHDIR)

# The page in Cockpit: a package of its own.
install-cockpit:
	install -d $(DESTDIR)$(PREFIX)/share/cockpit/ostree-guests
	install -m 644 dist/cockpit/* $(DESTDIR)$(PREFIX)/share/cockpit/ostree-guests
