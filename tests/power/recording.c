/* Loaded before a program (LD_PRELOAD): writes down every change below one folder, in order.

   POWER_ROOT is the folder, POWER_LOG the record. Each entry is a fixed head, a path, a second
   path or the bytes. Files are named by inode, because a name may move while they are open.
   What a program writes to a file called "acknowledged" is what it has promised to somebody. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#pragma pack(push, 1)
struct head { char what; uint64_t inode; int64_t offset; uint32_t path; uint32_t length; };
#pragma pack(pop)

#define KNOWN 65536
static char root[PATH_MAX];
static size_t root_length;
static int record = -1;
static char inside[KNOWN];
static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void put(const void *data, size_t length) {
  const char *at = data;
  while (length > 0) {
    ssize_t done = REAL(write)(record, at, length);
    if (done <= 0) abort();
    at += done;
    length -= (size_t)done;
  }
}

static void note(char what, uint64_t inode, int64_t offset, const char *path, const void *data,
                 size_t length) {
  struct head head = {what, inode, offset, path ? (uint32_t)strlen(path) : 0, (uint32_t)length};
  put(&head, sizeof head);
  if (path) put(path, strlen(path));
  if (length) put(data, length);
}

__attribute__((constructor)) static void begin(void) {
  const char *folder = getenv("POWER_ROOT"), *log = getenv("POWER_LOG");
  if (!folder || !log || !realpath(folder, root)) return;
  root_length = strlen(root);
  record = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* The path below the folder, or NULL for any other. */
static const char *below(int folder, const char *path, char *room) {
  char whole[PATH_MAX * 2], parent[PATH_MAX];
  if (record < 0 || !path) return NULL;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else if (folder == AT_FDCWD) {
    char here[PATH_MAX];
    if (!getcwd(here, sizeof here)) return NULL;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
  } else {
    char link[64], here[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, here, sizeof here - 1);
    if (length < 0) return NULL;
    here[length] = 0;
    snprintf(whole, sizeof whole, "%s/%s", here, path);
  }
  char *slash = strrchr(whole, '/');
  if (!slash) return NULL;
  *slash = 0;
  if (!realpath(whole[0] ? whole : "/", parent)) return NULL;
  snprintf(room, PATH_MAX, "%s/%s", parent, slash + 1);
  if (strncmp(room, root, root_length) || room[root_length] != '/') return NULL;
  return room + root_length + 1;
}

static uint64_t inode_of(int fd) {
  struct stat found;
  return fstat(fd, &found) ? 0 : found.st_ino;
}

static int opened(int folder, const char *path, int flags, mode_t mode) {
  char room[PATH_MAX];
  const char *name = below(folder, path, room);
  char whole[PATH_MAX];
  int itself = record >= 0 && realpath(path, whole) && !strcmp(whole, root);
  int fresh = name && (flags & O_CREAT) && faccessat(folder, path, F_OK, AT_SYMLINK_NOFOLLOW);
  int fd = REAL(openat)(folder, path, flags, mode);
  if (fd >= 0 && fd < KNOWN) inside[fd] = name != NULL || itself;
  if (fd >= 0 && name) {
    if (fresh) note('c', inode_of(fd), 0, name, NULL, 0);
    else if (flags & O_TRUNC) note('t', inode_of(fd), 0, NULL, NULL, 0);
  }
  return fd;
}

#define MODE mode_t mode = 0; if (flags & (O_CREAT | O_TMPFILE)) { va_list more; \
  va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); }
#define LOCKED(type, expression) pthread_mutex_lock(&lock); type done = (expression); \
  int kept = errno; pthread_mutex_unlock(&lock); errno = kept; return done

int open(const char *path, int flags, ...) { MODE LOCKED(int, opened(AT_FDCWD, path, flags, mode)); }
int open64(const char *path, int flags, ...) { MODE LOCKED(int, opened(AT_FDCWD, path, flags, mode)); }
int openat(int folder, const char *path, int flags, ...) { MODE LOCKED(int, opened(folder, path, flags, mode)); }
int openat64(int folder, const char *path, int flags, ...) { MODE LOCKED(int, opened(folder, path, flags, mode)); }
int creat(const char *path, mode_t mode) { LOCKED(int, opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode)); }

static int is_inside(int fd) { return record >= 0 && fd >= 0 && fd < KNOWN && inside[fd]; }

int close(int fd) {
  if (fd >= 0 && fd < KNOWN) inside[fd] = 0;
  return REAL(close)(fd);
}

static int promises(int fd) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  char *name = strrchr(path, '/');
  return name && !strcmp(name, "/acknowledged");
}

static ssize_t written(int fd, const void *data, size_t length) {
  if (!is_inside(fd)) return REAL(write)(fd, data, length);
  if (promises(fd)) {
    note('a', 0, 0, NULL, data, length);
    return REAL(write)(fd, data, length);
  }
  int append = fcntl(fd, F_GETFL) & O_APPEND;
  off_t offset = lseek(fd, 0, append ? SEEK_END : SEEK_CUR);
  ssize_t done = REAL(write)(fd, data, length);
  if (done > 0) note('w', inode_of(fd), offset, NULL, data, (size_t)done);
  return done;
}

ssize_t write(int fd, const void *data, size_t length) { LOCKED(ssize_t, written(fd, data, length)); }

static ssize_t placed(int fd, const void *data, size_t length, off_t offset) {
  ssize_t done = REAL(pwrite)(fd, data, length, offset);
  if (done > 0 && is_inside(fd)) note('w', inode_of(fd), offset, NULL, data, (size_t)done);
  return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { LOCKED(ssize_t, placed(fd, data, length, offset)); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { LOCKED(ssize_t, placed(fd, data, length, offset)); }

/* Ways to write that nobody here uses; should somebody begin to, the record would be wrong. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  if (is_inside(fd)) abort();
  return REAL(writev)(fd, parts, count);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) {
  if (is_inside(to)) { errno = EINVAL; return -1; }
  return REAL(sendfile)(to, from, offset, count);
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
  if (is_inside(to)) { errno = EINVAL; return -1; }
  return REAL(sendfile64)(to, from, offset, count);
}

static int cut(int fd, off_t length) {
  int done = REAL(ftruncate)(fd, length);
  if (!done && is_inside(fd)) note('t', inode_of(fd), length, NULL, NULL, 0);
  return done;
}
int ftruncate(int fd, off_t length) { LOCKED(int, cut(fd, length)); }
int ftruncate64(int fd, off64_t length) { LOCKED(int, cut(fd, length)); }

static int flushed(int fd, int data_only) {
  int done = data_only ? REAL(fdatasync)(fd) : REAL(fsync)(fd);
  if (!done && is_inside(fd)) note('f', inode_of(fd), 0, NULL, NULL, 0);
  return done;
}
int fsync(int fd) { LOCKED(int, flushed(fd, 0)); }
int fdatasync(int fd) { LOCKED(int, flushed(fd, 1)); }

static int moved(int from_folder, const char *from, int to_folder, const char *to) {
  char one[PATH_MAX], other[PATH_MAX];
  const char *before = below(from_folder, from, one), *after = below(to_folder, to, other);
  int done = REAL(renameat)(from_folder, from, to_folder, to);
  if (!done && before && after) note('r', 0, 0, before, after, strlen(after));
  else if (!done && (before || after)) abort();
  return done;
}
int rename(const char *from, const char *to) { LOCKED(int, moved(AT_FDCWD, from, AT_FDCWD, to)); }
int renameat(int a, const char *from, int b, const char *to) { LOCKED(int, moved(a, from, b, to)); }

static int linked(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  char one[PATH_MAX], other[PATH_MAX];
  const char *before = below(from_folder, from, one), *after = below(to_folder, to, other);
  int done = REAL(linkat)(from_folder, from, to_folder, to, flags);
  if (!done && before && after) note('l', 0, 0, before, after, strlen(after));
  else if (!done && (before || after)) abort();
  return done;
}
int link(const char *from, const char *to) { LOCKED(int, linked(AT_FDCWD, from, AT_FDCWD, to, 0)); }
int linkat(int a, const char *from, int b, const char *to, int flags) { LOCKED(int, linked(a, from, b, to, flags)); }

static int removed(int folder, const char *path, int flags) {
  char room[PATH_MAX];
  const char *name = below(folder, path, room);
  int done = REAL(unlinkat)(folder, path, flags);
  if (!done && name) note(flags & AT_REMOVEDIR ? 'd' : 'u', 0, 0, name, NULL, 0);
  return done;
}
int unlink(const char *path) { LOCKED(int, removed(AT_FDCWD, path, 0)); }
int unlinkat(int folder, const char *path, int flags) { LOCKED(int, removed(folder, path, flags)); }
int rmdir(const char *path) { LOCKED(int, removed(AT_FDCWD, path, AT_REMOVEDIR)); }

static int made(int folder, const char *path, mode_t mode) {
  char room[PATH_MAX];
  const char *name = below(folder, path, room);
  int done = REAL(mkdirat)(folder, path, mode);
  if (!done && name) note('m', 0, 0, name, NULL, 0);
  return done;
}
int mkdir(const char *path, mode_t mode) { LOCKED(int, made(AT_FDCWD, path, mode)); }
int mkdirat(int folder, const char *path, mode_t mode) { LOCKED(int, made(folder, path, mode)); }
