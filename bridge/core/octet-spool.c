/* SPDX-License-Identifier: MPL-2.0 */

#include "octet-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "octet-source.h"
#include "wiped-octets.h"

/* Pages are given back in runs: each costs a system call. */
#define LARGE_PAGE_OCTETS (2u * 1024 * 1024)
#define FORGET_OCTETS     (256u * 1024)
/* Mappings at one time; what comes beyond them is read into memory. */
#define MAPPINGS_MAX 512

/* Of live mappings: looked through by the handler of a signal, so without a lock. */
typedef struct {
    atomic_uintptr_t start; /* 0: free */
    atomic_uintptr_t end;
} Mapping;
static Mapping mappings[MAPPINGS_MAX];

struct _OctetSpool {
    gsize max_octets;
    gsize n_octets;
    gsize n_allocated;
    guint8 *memory;
    gint descriptor; /* of the file; -1: all is in memory */
};

static gboolean
fail_reading(GError **error)
{
    g_set_error_literal(error, OCTET_ERROR, OCTET_ERROR_FAILED, g_strerror(errno));
    return FALSE;
}

static gboolean
fail_writing(GError **error)
{
    g_set_error(error, OCTET_ERROR, OCTET_ERROR_FAILED, "a temporary file in %s: %s",
                g_get_tmp_dir(), g_strerror(errno));
    return FALSE;
}

static gboolean
fail_limit(GError **error, gsize max_octets)
{
    g_set_error(error, OCTET_ERROR, OCTET_ERROR_LIMIT, "more than %" G_GSIZE_FORMAT " octets",
                max_octets);
    return FALSE;
}

/* NULL: no place is free. */
static Mapping *
mapping_new(gconstpointer start, gsize n_octets)
{
    for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++) {
        uintptr_t unused = 0;
        if (!atomic_compare_exchange_strong(&mappings[i].start, &unused, (uintptr_t)start))
            continue;
        atomic_store(&mappings[i].end, (uintptr_t)start + n_octets);
        return &mappings[i];
    }
    return NULL;
}

static const Mapping *
find_mapping(gconstpointer address)
{
    uintptr_t at = (uintptr_t)address;
    for (gsize i = 0; i < G_N_ELEMENTS(mappings); i++)
        if (at >= atomic_load(&mappings[i].start) && at < atomic_load(&mappings[i].end))
            return &mappings[i];
    return NULL;
}

gboolean
octets_are_mapped(gconstpointer address)
{
    return find_mapping(address) != NULL;
}

static void
mapping_free(gpointer data)
{
    Mapping *mapping = data;
    uintptr_t start = atomic_load(&mapping->start);
    uintptr_t end = atomic_load(&mapping->end);
    atomic_store(&mapping->end, 0);
    munmap((void *)start, end - start);
    atomic_store(&mapping->start, 0);
}

void
octets_expect(gpointer octets, gsize n_octets)
{
    uintptr_t start = ((uintptr_t)octets + LARGE_PAGE_OCTETS - 1) / LARGE_PAGE_OCTETS;
    uintptr_t end = ((uintptr_t)octets + n_octets) / LARGE_PAGE_OCTETS;
    if (end > start)
        madvise((void *)(start * LARGE_PAGE_OCTETS), (end - start) * LARGE_PAGE_OCTETS,
                MADV_HUGEPAGE);
}

void
octets_forget(const guint8 *octets, gsize n_octets)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (n_octets < page || find_mapping(octets) == NULL)
        return;
    /* Pages that lie in it as a whole. */
    uintptr_t start = ((uintptr_t)octets + page - 1) / page * page;
    uintptr_t end = ((uintptr_t)octets + n_octets) / page * page;
    if (end > start)
        madvise((void *)start, end - start, MADV_DONTNEED);
}

void
octets_forget_behind(const guint8 **kept, const guint8 *at)
{
    if ((gsize)(at - *kept) < FORGET_OCTETS)
        return;
    /* The page at the border goes with the next run; else one of each run would stay. */
    const guint8 *end = at - (uintptr_t)at % (uintptr_t)sysconf(_SC_PAGESIZE);
    octets_forget(*kept, (gsize)(end - *kept));
    *kept = end;
}

const guint8 *
octets_find(const guint8 *octets, gsize n_octets, guint8 wanted)
{
    const guint8 *kept = octets;
    for (gsize at = 0; at < n_octets; at += FORGET_OCTETS) {
        octets_forget_behind(&kept, octets + at);
        const guint8 *found = memchr(octets + at, wanted, MIN(n_octets - at, FORGET_OCTETS));
        if (found != NULL)
            return found;
    }
    return NULL;
}

/* NULL without an error: there is no room for a mapping. */
static GBytes *
map_descriptor(gint descriptor, gsize n_octets)
{
    void *start = mmap(NULL, n_octets, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (start == MAP_FAILED)
        return NULL;
    Mapping *mapping = mapping_new(start, n_octets);
    if (mapping == NULL) {
        munmap(start, n_octets);
        return NULL;
    }
    madvise(start, n_octets, MADV_SEQUENTIAL);
    /* Of a huge page nothing is given back before all of it. */
    madvise(start, n_octets, MADV_NOHUGEPAGE);
    return g_bytes_new_with_free_func(start, n_octets, mapping_free, mapping);
}

/* Up to @n_octets: a file may be shorter than it was. */
static GBytes *
read_descriptor(gint descriptor, gsize n_octets, GError **error)
{
    guint8 *octets = g_malloc(MAX(n_octets, 1));
    gsize n_read = 0;
    while (n_read < n_octets) {
        gssize n = pread(descriptor, octets + n_read, n_octets - n_read, (off_t)n_read);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fail_reading(error);
            wiped_octets_free(octets, n_read);
            return NULL;
        }
        if (n == 0)
            break;
        n_read += (gsize)n;
    }
    return wiped_octets_to_bytes(octets, n_read);
}

static GBytes *
map_or_read(gint descriptor, gsize n_octets, GError **error)
{
    GBytes *octets = n_octets > OCTET_SPOOL_MEMORY ? map_descriptor(descriptor, n_octets) : NULL;
    return octets != NULL ? octets : read_descriptor(descriptor, n_octets, error);
}

GBytes *
octets_map_file(gint descriptor, gsize max_octets, GError **error)
{
    struct stat facts;
    if (fstat(descriptor, &facts) != 0) {
        fail_reading(error);
        return NULL;
    }
    if ((guint64)facts.st_size > max_octets) {
        fail_limit(error, max_octets);
        return NULL;
    }
    return map_or_read(descriptor, (gsize)facts.st_size, error);
}

OctetSpool *
octet_spool_new(gsize max_octets)
{
    OctetSpool *spool = g_new0(OctetSpool, 1);
    spool->max_octets = max_octets;
    spool->descriptor = -1;
    return spool;
}

void
octet_spool_free(OctetSpool *spool)
{
    if (spool == NULL)
        return;
    wiped_octets_free(spool->memory, spool->n_octets);
    if (spool->descriptor >= 0)
        close(spool->descriptor);
    g_free(spool);
}

gsize
octet_spool_get_size(const OctetSpool *spool)
{
    return spool->n_octets;
}

static void
touch(const volatile guint8 *octets, gsize n_octets)
{
    for (gsize i = 0; i < n_octets; i++)
        (void)octets[i];
}

gboolean
octets_write(gint descriptor, const guint8 *octets, gsize n_octets)
{
    while (n_octets > 0) {
        gssize n = write(descriptor, octets, n_octets);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EFAULT) {
            /* The kernel does not raise the signal for what it reads itself. */
            touch(octets, n_octets);
            errno = EFAULT;
        }
        if (n < 0)
            return FALSE;
        octets += n;
        n_octets -= (gsize)n;
    }
    return TRUE;
}

/* A file without a name, where the file system has such; else one whose name goes at once. */
static gint
open_nameless(GError **error)
{
    gint descriptor = open(g_get_tmp_dir(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        return descriptor;
    g_autofree gchar *name = g_build_filename(g_get_tmp_dir(), "dane-smime-XXXXXX", NULL);
    descriptor = g_mkstemp_full(name, O_RDWR | O_CLOEXEC, 0600);
    if (descriptor < 0)
        fail_writing(error);
    else
        unlink(name);
    return descriptor;
}

static gboolean
move_to_file(OctetSpool *spool, GError **error)
{
    spool->descriptor = open_nameless(error);
    if (spool->descriptor < 0)
        return FALSE;
    if (!octets_write(spool->descriptor, spool->memory, spool->n_octets))
        return fail_writing(error);
    wiped_octets_free(g_steal_pointer(&spool->memory), spool->n_octets);
    return TRUE;
}

static void
append_to_memory(OctetSpool *spool, const guint8 *octets, gsize n_octets)
{
    if (spool->n_octets + n_octets > spool->n_allocated) {
        gsize n_wanted = MAX(spool->n_octets + n_octets, 2 * spool->n_allocated);
        guint8 *larger = g_malloc(n_wanted);
        if (spool->n_octets > 0)
            memcpy(larger, spool->memory, spool->n_octets);
        wiped_octets_free(spool->memory, spool->n_octets);
        spool->memory = larger;
        spool->n_allocated = n_wanted;
    }
    memcpy(spool->memory + spool->n_octets, octets, n_octets);
}

gboolean
octet_spool_append(OctetSpool *spool, const guint8 *octets, gsize n_octets, GError **error)
{
    if (n_octets > spool->max_octets - spool->n_octets)
        return fail_limit(error, spool->max_octets);
    if (n_octets == 0)
        return TRUE;
    if (spool->descriptor < 0 && spool->n_octets + n_octets > OCTET_SPOOL_MEMORY &&
        !move_to_file(spool, error))
        return FALSE;
    if (spool->descriptor < 0)
        append_to_memory(spool, octets, n_octets);
    else if (!octets_write(spool->descriptor, octets, n_octets))
        return fail_writing(error);
    spool->n_octets += n_octets;
    return TRUE;
}

GBytes *
octet_spool_finish(OctetSpool *spool, GError **error)
{
    if (spool->descriptor >= 0)
        return map_or_read(spool->descriptor, spool->n_octets, error);
    return wiped_octets_to_bytes(g_steal_pointer(&spool->memory), spool->n_octets);
}

GBytes *
octets_collect(gint descriptor, gsize max_octets, GError **error)
{
    g_autoptr(OctetSpool) spool = octet_spool_new(max_octets);
    g_autofree guint8 *piece = g_malloc(OCTET_PIECE_MAX);
    GBytes *octets = NULL;
    for (;;) {
        gssize n = read(descriptor, piece, OCTET_PIECE_MAX);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            fail_reading(error);
        if (n < 0 || !octet_spool_append(spool, piece, (gsize)n, error))
            break;
        if (n == 0) {
            octets = octet_spool_finish(spool, error);
            break;
        }
    }
    explicit_bzero(piece, OCTET_PIECE_MAX);
    return octets;
}
