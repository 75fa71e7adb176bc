/*
 * Power loss for one process, preloaded into the server (LD_PRELOAD). Everything written below $ZX_FAULT_ROOT and not yet
 * fsynced is remembered. When the file $ZX_FAULT_TRIGGER appears, the process goes on for as many changes as that file says,
 * then every change stops, unsynced bytes are taken back, a random part of them (by sectors of 512 bytes, in order) is put
 * in again, as a disk's cache may have done, names made or removed since the last fsync of their folder are restored, and
 * the process is killed. Names are taken back all together or not at all, content sector by sector.
 *
 * Shared memory files (-shm) are left alone: SQLite builds them anew after a crash and trusts nothing in them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR 512
#define FDS_MAX 65536
#define INODES_MAX 4096

typedef struct Write { struct Write *next, *before; off_t at; size_t length, oldLength; off_t oldSize; int truncate; char *old, *new; } Write;
typedef struct { ino_t inode; dev_t device; int keeper; Write *first, *last; } File;
enum { CREATED, REMOVED, RENAMED };
typedef struct Name { struct Name *before; int kind; char path[PATH_MAX], other[PATH_MAX], kept[PATH_MAX]; } Name;

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char root[PATH_MAX], trigger[PATH_MAX], attic[PATH_MAX];
static size_t rootLength;
static char *paths[FDS_MAX];
static File files[INODES_MAX];
static int used; /* Entries from here on were never taken. */
static Name *names;
static long left = -1, atticCount;
static unsigned int dice = 1;

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

static ssize_t realWrite(int fd, const void *b, size_t n, off_t at) { REAL(pwrite64); return real(fd, b, n, at); }
static int realOpen(const char *p, int flags) { REAL(open64); return real(p, flags, 0600); }
static int realClose(int fd) { REAL(close); return real(fd); }
static int realUnlink(const char *p) { REAL(unlink); return real(p); }
static int realRename(const char *a, const char *b) { REAL(rename); return real(a, b); }
static int realLink(const char *a, const char *b) { REAL(link); return real(a, b); }
static int realTruncate(int fd, off_t n) { REAL(ftruncate64); return real(fd, n); }

__attribute__((constructor)) static void start(void) {
  const char *r = getenv("ZX_FAULT_ROOT"), *t = getenv("ZX_FAULT_TRIGGER"), *a = getenv("ZX_FAULT_ATTIC");
  if (!r || !t || !a || !realpath(r, root)) return;
  rootLength = strlen(root);
  snprintf(trigger, sizeof trigger, "%s", t);
  snprintf(attic, sizeof attic, "%s", a);
}

static int ours(const char *path, char *full) {
  if (rootLength == 0 || !path) return 0;
  if (path[0] == '/') snprintf(full, PATH_MAX, "%s", path);
  else { char cwd[PATH_MAX]; if (!getcwd(cwd, sizeof cwd)) return 0; if (snprintf(full, PATH_MAX, "%s/%s", cwd, path) >= PATH_MAX) return 0; }
  size_t n = strlen(full);
  if (n > 4 && strcmp(full + n - 4, "-shm") == 0) return 0;
  return strncmp(full, root, rootLength) == 0 && (full[rootLength] == '/' || full[rootLength] == 0);
}

static unsigned int roll(void) { dice ^= dice << 13; dice ^= dice >> 17; dice ^= dice << 5; return dice; }

static void put(int fd, const char *b, size_t n, off_t at) {
  while (n > 0) { ssize_t done = realWrite(fd, b, n, at); if (done <= 0) return; b += done; n -= done; at += done; }
}

static void takeBack(File *f) {
  for (Write *w = f->last; w; w = w->before) {
    if (w->oldLength) put(f->keeper, w->old, w->oldLength, w->at);
    realTruncate(f->keeper, w->oldSize);
  }
  int keep = roll() % 4; /* none, some, most, all of what was not synced */
  for (Write *w = f->first; w; w = w->next) {
    if (w->truncate) { if (keep == 3) realTruncate(f->keeper, w->at); continue; }
    for (size_t from = 0; from < w->length; from += SECTOR) {
      size_t n = w->length - from < SECTOR ? w->length - from : SECTOR;
      if (keep == 3 || roll() % 4 < (unsigned)keep) put(f->keeper, w->new + from, n, w->at + from);
    }
  }
}

static void restoreNames(void) {
  if (roll() % 2) return;
  for (Name *n = names; n; n = n->before) {
    if (n->kind == CREATED) realUnlink(n->path);
    if (n->kind == REMOVED) realLink(n->kept, n->path);
    if (n->kind == RENAMED) { realRename(n->other, n->path); if (n->kept[0]) realLink(n->kept, n->other); }
  }
}

static void powerLoss(void) {
  for (int i = 0; i < used; i += 1) if (files[i].first) takeBack(&files[i]);
  restoreNames();
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Before every change, with the lock held. */
static void step(void) {
  if (left < 0) {
    int fd = realOpen(trigger, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    char text[64] = "";
    ssize_t n = read(fd, text, sizeof text - 1);
    realClose(fd);
    if (n <= 0) return;
    left = strtol(text, NULL, 10);
    char *seed = strchr(text, ' ');
    dice = seed ? (unsigned)strtoul(seed + 1, NULL, 10) | 1u : 1u;
  }
  if (left-- <= 0) powerLoss();
}

static File *fileOf(int fd) {
  struct stat64 s;
  if (fstat64(fd, &s) != 0 || !S_ISREG(s.st_mode)) return NULL;
  File *empty = NULL;
  for (int i = 0; i < used; i += 1) {
    if (files[i].first && files[i].inode == s.st_ino && files[i].device == s.st_dev) return &files[i];
    if (!files[i].first && !empty) empty = &files[i];
  }
  if (!empty) { if (used == INODES_MAX) abort(); empty = &files[used++]; }
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  empty->inode = s.st_ino; empty->device = s.st_dev; empty->first = empty->last = NULL;
  empty->keeper = realOpen(self, O_RDWR | O_CLOEXEC);
  return empty->keeper < 0 ? NULL : empty;
}

static void note(int fd, const void *bytes, size_t length, off_t at, int truncate) {
  File *f = fileOf(fd);
  if (!f) return;
  struct stat64 s;
  fstat64(fd, &s);
  Write *w = calloc(1, sizeof *w);
  w->at = at; w->length = length; w->oldSize = s.st_size; w->truncate = truncate;
  size_t span = truncate ? (at < s.st_size ? (size_t)(s.st_size - at) : 0) : length;
  w->old = malloc(span + 1);
  ssize_t got = span ? pread64(f->keeper, w->old, span, at) : 0;
  w->oldLength = got > 0 ? (size_t)got : 0;
  if (length) { w->new = malloc(length); memcpy(w->new, bytes, length); }
  w->before = f->last;
  if (f->last) f->last->next = w; else f->first = w;
  f->last = w;
}

static void synced(int fd) {
  struct stat64 s;
  if (fstat64(fd, &s) != 0) return;
  if (S_ISDIR(s.st_mode)) {
    const char *folder = fd < FDS_MAX ? paths[fd] : NULL;
    size_t n = folder ? strlen(folder) : 0;
    for (Name **p = &names; *p && folder;) {
      char *slash = strrchr((*p)->path, '/');
      if (slash && (size_t)(slash - (*p)->path) == n && strncmp((*p)->path, folder, n) == 0) {
        Name *gone = *p; *p = gone->before;
        if (gone->kept[0]) realUnlink(gone->kept);
        free(gone);
      } else p = &(*p)->before;
    }
    return;
  }
  for (int i = 0; i < used; i += 1) {
    File *f = &files[i];
    if (!f->first || f->inode != s.st_ino || f->device != s.st_dev) continue;
    for (Write *w = f->first; w;) { Write *next = w->next; free(w->old); free(w->new); free(w); w = next; }
    realClose(f->keeper);
    f->first = f->last = NULL;
  }
}

static Name *named(int kind, const char *path, const char *other) {
  Name *n = calloc(1, sizeof *n);
  n->kind = kind; n->before = names;
  snprintf(n->path, PATH_MAX, "%s", path);
  if (other) snprintf(n->other, PATH_MAX, "%s", other);
  names = n;
  return n;
}

static void keepAside(const char *path, char *kept) {
  if (snprintf(kept, PATH_MAX, "%s/%ld", attic, ++atticCount) >= PATH_MAX || realLink(path, kept) != 0) kept[0] = 0;
}

static int afterOpen(int fd, const char *full, int was, int flags) {
  if (fd < 0 || fd >= FDS_MAX) return fd;
  free(paths[fd]);
  paths[fd] = strdup(full);
  if ((flags & O_CREAT) && !was) named(CREATED, full, NULL);
  return fd;
}

static int doOpen(int at, const char *path, int flags, mode_t mode) {
  static int (*real)(int, const char *, int, ...);
  if (!real) real = dlsym(RTLD_NEXT, "openat64");
  char full[PATH_MAX];
  if ((at != AT_FDCWD && path[0] != '/') || !ours(path, full)) return real(at, path, flags, mode);
  pthread_mutex_lock(&lock);
  if (flags & (O_CREAT | O_TRUNC)) step();
  int was = access(full, F_OK) == 0;
  int fd = afterOpen(real(at, path, flags & ~O_TRUNC, mode), full, was, flags);
  if (fd >= 0 && (flags & O_TRUNC) && was) { note(fd, NULL, 0, 0, 1); realTruncate(fd, 0); }
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list l; va_start(l, flags); mode = va_arg(l, mode_t); va_end(l); }
int open(const char *path, int flags, ...) { MODE return doOpen(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return doOpen(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return doOpen(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return doOpen(at, path, flags, mode); }

static int tracked(int fd) { return rootLength && fd >= 0 && fd < FDS_MAX && paths[fd] != NULL; }

int close(int fd) {
  if (tracked(fd)) { pthread_mutex_lock(&lock); free(paths[fd]); paths[fd] = NULL; pthread_mutex_unlock(&lock); }
  return realClose(fd);
}

ssize_t pwrite64(int fd, const void *b, size_t n, off_t at) {
  if (!tracked(fd)) return realWrite(fd, b, n, at);
  pthread_mutex_lock(&lock);
  step(); note(fd, b, n, at, 0);
  ssize_t done = realWrite(fd, b, n, at);
  pthread_mutex_unlock(&lock);
  return done;
}
ssize_t pwrite(int fd, const void *b, size_t n, off_t at) { return pwrite64(fd, b, n, at); }

ssize_t write(int fd, const void *b, size_t n) {
  REAL(write);
  if (!tracked(fd)) return real(fd, b, n);
  pthread_mutex_lock(&lock);
  step(); note(fd, b, n, lseek64(fd, 0, SEEK_CUR), 0);
  ssize_t done = real(fd, b, n);
  pthread_mutex_unlock(&lock);
  return done;
}

ssize_t writev(int fd, const struct iovec *v, int count) {
  REAL(writev);
  if (!tracked(fd)) return real(fd, v, count);
  ssize_t sum = 0;
  for (int i = 0; i < count; i += 1) { ssize_t done = write(fd, v[i].iov_base, v[i].iov_len); if (done < 0) return sum ? sum : done; sum += done; }
  return sum;
}

ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at) {
  REAL(pwritev);
  if (!tracked(fd)) return real(fd, v, count, at);
  ssize_t sum = 0;
  for (int i = 0; i < count; i += 1) { ssize_t done = pwrite64(fd, v[i].iov_base, v[i].iov_len, at + sum); if (done < 0) return sum ? sum : done; sum += done; }
  return sum;
}
ssize_t pwritev64(int fd, const struct iovec *v, int count, off_t at) { return pwritev(fd, v, count, at); }

int ftruncate64(int fd, off_t n) {
  if (!tracked(fd)) return realTruncate(fd, n);
  pthread_mutex_lock(&lock);
  step(); note(fd, NULL, 0, n, 1);
  int done = realTruncate(fd, n);
  pthread_mutex_unlock(&lock);
  return done;
}
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }

static int doSync(int fd, int (*real)(int)) {
  if (!tracked(fd)) return real(fd);
  pthread_mutex_lock(&lock);
  step();
  int done = 0; /* What counts as synced is what this file says: the real one would only cost time. */
  synced(fd);
  pthread_mutex_unlock(&lock);
  return done;
}
int fsync(int fd) { REAL(fsync); return doSync(fd, real); }
int fdatasync(int fd) { REAL(fdatasync); return doSync(fd, real); }

int unlink(const char *path) {
  char full[PATH_MAX];
  if (!ours(path, full)) return realUnlink(path);
  pthread_mutex_lock(&lock);
  step();
  char kept[PATH_MAX] = "";
  keepAside(full, kept);
  int done = realUnlink(path), why = errno;
  if (done == 0) strcpy(named(REMOVED, full, NULL)->kept, kept);
  else if (kept[0]) realUnlink(kept);
  pthread_mutex_unlock(&lock);
  errno = why;
  return done;
}

int link(const char *a, const char *b) {
  char full[PATH_MAX];
  if (!ours(b, full)) return realLink(a, b);
  pthread_mutex_lock(&lock);
  step();
  int done = realLink(a, b), why = errno;
  if (done == 0) named(CREATED, full, NULL);
  pthread_mutex_unlock(&lock);
  errno = why;
  return done;
}

int rename(const char *a, const char *b) {
  char from[PATH_MAX], to[PATH_MAX];
  if (!ours(a, from) || !ours(b, to)) return realRename(a, b);
  pthread_mutex_lock(&lock);
  step();
  char kept[PATH_MAX] = "";
  keepAside(to, kept);
  int done = realRename(a, b), why = errno;
  if (done == 0) strcpy(named(RENAMED, from, to)->kept, kept);
  else if (kept[0]) realUnlink(kept);
  pthread_mutex_unlock(&lock);
  errno = why;
  return done;
}
