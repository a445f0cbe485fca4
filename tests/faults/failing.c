/* Makes one call of a process fail: the n-th that touches a folder, or the n-th large allocation.
 *
 * Preloaded before libc (LD_PRELOAD) and idle until dafu_fail() arms it. Counts calls of libraries as well as Python's:
 * all of them come by way of the symbols below. Calls inside libc, of stdio, are counted where stdio is entered.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READS = 1, ROOM = 2, OTHER = 4, MEMORY = 8 };

static char folder[PATH_MAX], report[PATH_MAX];
static size_t folder_length, large;
static int kinds, fault, lasting;
static long chosen;
static atomic_long counted;

/* Arms: calls of these kinds below the folder, or allocations of at least `bytes`; the nth, and all after it if lasting. */
void dafu_fail(const char *below, const char *told, int which, long nth, int error, int stays, size_t bytes) {
    snprintf(folder, sizeof folder, "%s", below);
    snprintf(report, sizeof report, "%s", told);
    folder_length = strlen(folder);
    atomic_store(&counted, 0);
    chosen = nth, fault = error, lasting = stays, large = bytes;
    kinds = which;
}

/* Disarms; how many calls were counted. */
long dafu_counted(void) {
    kinds = 0;
    return atomic_load(&counted);
}

/* What failed goes to the report, by system calls that nothing counts. */
static void tell(const char *call, const char *what) {
    int file = syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND, 0600);
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s %s\n", call, what);
    if (file >= 0) {
        syscall(SYS_write, file, line, length < (int)sizeof line ? length : (int)sizeof line - 1);
        syscall(SYS_close, file);
    }
}

static int is_below(const char *path) {
    return !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

static int due(const char *call, const char *what) {
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (number != chosen && !(lasting && chosen && number > chosen)) return 0;
    if (number == chosen) tell(call, what);
    errno = fault;
    return 1;
}

static int of_descriptor(int kind, const char *call, int descriptor) {
    if (!(kinds & kind)) return 0;
    int before = errno;
    char name[40], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path - 1);
    errno = before;
    if (length <= 0) return 0;
    path[length] = 0;
    return is_below(path) && due(call, path);
}

static int of_path(int kind, const char *call, int at, const char *path) {
    if (!(kinds & kind) || !path) return 0;
    if (path[0] == '/') return is_below(path) && due(call, path);
    return at == AT_FDCWD ? 0 : of_descriptor(kind, call, at);
}

#define NEXT(result, name, ...)                                             \
    static result (*next)(__VA_ARGS__);                                     \
    if (!next) next = (result (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name);

#define DESCRIPTOR(kind, result, name, parameters, arguments, ...)          \
    result name parameters {                                                \
        NEXT(result, #name, __VA_ARGS__)                                    \
        return of_descriptor(kind, #name, descriptor) ? -1 : next arguments; \
    }

DESCRIPTOR(READS, ssize_t, read, (int descriptor, void *to, size_t size), (descriptor, to, size), int, void *, size_t)
DESCRIPTOR(READS, ssize_t, pread, (int descriptor, void *to, size_t size, off_t at), (descriptor, to, size, at), int, void *, size_t, off_t)
DESCRIPTOR(READS, ssize_t, pread64, (int descriptor, void *to, size_t size, off64_t at), (descriptor, to, size, at), int, void *, size_t, off64_t)
DESCRIPTOR(READS, ssize_t, readv, (int descriptor, const struct iovec *to, int n), (descriptor, to, n), int, const struct iovec *, int)
DESCRIPTOR(ROOM, ssize_t, write, (int descriptor, const void *from, size_t size), (descriptor, from, size), int, const void *, size_t)
DESCRIPTOR(ROOM, ssize_t, pwrite, (int descriptor, const void *from, size_t size, off_t at), (descriptor, from, size, at), int, const void *, size_t, off_t)
DESCRIPTOR(ROOM, ssize_t, pwrite64, (int descriptor, const void *from, size_t size, off64_t at), (descriptor, from, size, at), int, const void *, size_t, off64_t)
DESCRIPTOR(ROOM, ssize_t, writev, (int descriptor, const struct iovec *from, int n), (descriptor, from, n), int, const struct iovec *, int)
DESCRIPTOR(ROOM, ssize_t, sendfile, (int descriptor, int source, off_t *at, size_t size), (descriptor, source, at, size), int, int, off_t *, size_t)
DESCRIPTOR(ROOM, ssize_t, sendfile64, (int descriptor, int source, off64_t *at, size_t size), (descriptor, source, at, size), int, int, off64_t *, size_t)
DESCRIPTOR(ROOM, int, ftruncate, (int descriptor, off_t size), (descriptor, size), int, off_t)
DESCRIPTOR(ROOM, int, ftruncate64, (int descriptor, off64_t size), (descriptor, size), int, off64_t)
DESCRIPTOR(OTHER, int, fsync, (int descriptor), (descriptor), int)
DESCRIPTOR(OTHER, int, fdatasync, (int descriptor), (descriptor), int)
DESCRIPTOR(OTHER, int, fchmod, (int descriptor, mode_t mode), (descriptor, mode), int, mode_t)

#define FILES(kind, name, parameters, arguments, at, path, ...)             \
    int name parameters {                                                   \
        NEXT(int, #name, __VA_ARGS__)                                       \
        return of_path(kind, #name, at, path) ? -1 : next arguments;        \
    }

FILES(ROOM, rename, (const char *from, const char *to), (from, to), AT_FDCWD, to, const char *, const char *)
FILES(ROOM, renameat, (int at, const char *from, int there, const char *to), (at, from, there, to), there, to, int, const char *, int, const char *)
FILES(ROOM, link, (const char *from, const char *to), (from, to), AT_FDCWD, to, const char *, const char *)
FILES(ROOM, linkat, (int at, const char *from, int there, const char *to, int flags), (at, from, there, to, flags), there, to, int, const char *, int, const char *, int)
FILES(ROOM, mkdir, (const char *path, mode_t mode), (path, mode), AT_FDCWD, path, const char *, mode_t)
FILES(ROOM, mkdirat, (int at, const char *path, mode_t mode), (at, path, mode), at, path, int, const char *, mode_t)
FILES(OTHER, unlink, (const char *path), (path), AT_FDCWD, path, const char *)
FILES(OTHER, unlinkat, (int at, const char *path, int flags), (at, path, flags), at, path, int, const char *, int)
FILES(OTHER, rmdir, (const char *path), (path), AT_FDCWD, path, const char *)
FILES(OTHER, chmod, (const char *path, mode_t mode), (path, mode), AT_FDCWD, path, const char *, mode_t)

/* Opening takes room where it makes the file. */
#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        NEXT(int, #name, const char *, int, ...)                            \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                       \
        return of_path(flags & O_CREAT ? ROOM : READS, #name, AT_FDCWD, path) ? -1 : next(path, flags, mode); \
    }
#define OPENAT(name)                                                        \
    int name(int at, const char *path, int flags, ...) {                    \
        NEXT(int, #name, int, const char *, int, ...)                       \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
        va_end(rest);                                                       \
        return of_path(flags & O_CREAT ? ROOM : READS, #name, at, path) ? -1 : next(at, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

#define FOPEN(name)                                                         \
    FILE *name(const char *path, const char *mode) {                        \
        NEXT(FILE *, #name, const char *, const char *)                     \
        return of_path(*mode == 'r' ? READS : ROOM, #name, AT_FDCWD, path) ? NULL : next(path, mode); \
    }
FOPEN(fopen)
FOPEN(fopen64)

size_t fwrite(const void *from, size_t size, size_t n, FILE *file) {
    NEXT(size_t, "fwrite", const void *, size_t, size_t, FILE *)
    return kinds & ROOM && of_descriptor(ROOM, "fwrite", fileno(file)) ? 0 : next(from, size, n, file);
}

size_t fread(void *to, size_t size, size_t n, FILE *file) {
    NEXT(size_t, "fread", void *, size_t, size_t, FILE *)
    return kinds & READS && of_descriptor(READS, "fread", fileno(file)) ? 0 : next(to, size, n, file);
}

int fclose(FILE *file) {
    NEXT(int, "fclose", FILE *)
    int fails = kinds & ROOM && of_descriptor(ROOM, "fclose", fileno(file));
    int done = next(file);
    if (fails) errno = fault;
    return fails ? EOF : done;
}

static int of_size(const char *call, size_t size) {
    if (!(kinds & MEMORY) || size < large) return 0;
    char text[32];
    snprintf(text, sizeof text, "%zu", size);
    return due(call, text);
}

#define MMAP(name, offset)                                                  \
    void *name(void *place, size_t size, int protection, int flags, int descriptor, offset at) { \
        NEXT(void *, #name, void *, size_t, int, int, int, offset)          \
        int fails = flags & MAP_ANONYMOUS ? of_size(#name, size) : of_descriptor(READS, #name, descriptor); \
        return fails ? MAP_FAILED : next(place, size, protection, flags, descriptor, at); \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

/* glibc's own names of its allocator: dlsym itself allocates. */
extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

void *malloc(size_t size) { return of_size("malloc", size) ? NULL : __libc_malloc(size); }
void *calloc(size_t n, size_t size) { return of_size("calloc", n * size) ? NULL : __libc_calloc(n, size); }
void *realloc(void *old, size_t size) { return of_size("realloc", size) ? NULL : __libc_realloc(old, size); }
void *memalign(size_t to, size_t size) { return of_size("memalign", size) ? NULL : __libc_memalign(to, size); }
void *aligned_alloc(size_t to, size_t size) { return of_size("aligned_alloc", size) ? NULL : __libc_memalign(to, size); }

int posix_memalign(void **found, size_t to, size_t size) {
    if (of_size("posix_memalign", size)) return ENOMEM;
    return (*found = __libc_memalign(to, size)) ? 0 : ENOMEM;
}
