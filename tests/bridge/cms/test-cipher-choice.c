/* SPDX-License-Identifier: MPL-2.0 */

#include "cipher-choice.h"

/* What somebody reads; the first stands for not knowing. */
enum { NOBODY_KNOWS, NOTHING, RC2, AES_128_CBC, AES_256_CBC, GCM_128, GCM_256, ALL, N_LISTS };

static const SmimeCapabilities lists[N_LISTS] = {
    [NOTHING] = {0},
    [RC2] = {1, {CMS_CIPHER_RC2_CBC}, 0, 0},
    [AES_128_CBC] = {2, {CMS_CIPHER_AES_128_CBC, CMS_CIPHER_3DES_CBC}, 0, 0},
    [AES_256_CBC] = {2, {CMS_CIPHER_AES_256_CBC, CMS_CIPHER_AES_128_CBC}, 0, 0},
    [GCM_128] = {1, {CMS_CIPHER_AES_128_GCM}, 0, 0},
    [GCM_256] = {1, {CMS_CIPHER_AES_256_GCM}, 0, 0},
    [ALL] = {3, {CMS_CIPHER_AES_128_CBC, CMS_CIPHER_AES_256_CBC, CMS_CIPHER_AES_256_GCM}, 0, 0},
};

typedef struct {
    const gchar *name;
    guint n_readers;
    guint readers[4];
    CmsCipher cipher;
    CipherReason reason;
    guint n_without;
    const gchar *first;
    const gchar *text;
} ChoiceCase;

#define CBC           CMS_CIPHER_AES_256_CBC
#define GCM           CMS_CIPHER_AES_256_GCM
#define ONE(name)     "aes-256-cbc: " name " is not known to read aes-256-gcm"
#define SEVERAL(name) "aes-256-cbc: " name " are not known to read aes-256-gcm"

static const ChoiceCase choice_cases[] = {
    {"nobody", 0, {0}, CBC, CIPHER_REASON_UNKNOWN, 0, NULL, "aes-256-cbc: there are no recipients"},
    {"unknown", 1, {NOBODY_KNOWS}, CBC, CIPHER_REASON_UNKNOWN, 1, "r0", ONE("r0")},
    {"reads-gcm",
     1,
     {GCM_256},
     GCM,
     CIPHER_REASON_ALL_READ,
     0,
     NULL,
     "aes-256-gcm: all recipients are known to read it"},
    /* RFC 8551 §2.7.1.1 would have the first of the list; the better one that it has is taken */
    {"prefers-aes-128-cbc",
     1,
     {ALL},
     GCM,
     CIPHER_REASON_ALL_READ,
     0,
     NULL,
     "aes-256-gcm: all recipients are known to read it"},
    {"all-of-three",
     3,
     {GCM_256, ALL, GCM_256},
     GCM,
     CIPHER_REASON_ALL_READ,
     0,
     NULL,
     "aes-256-gcm: all recipients are known to read it"},
    {"one-unknown-of-three",
     3,
     {ALL, NOBODY_KNOWS, ALL},
     CBC,
     CIPHER_REASON_UNKNOWN,
     1,
     "r1",
     ONE("r1")},
    {"one-without-of-three",
     3,
     {ALL, ALL, AES_256_CBC},
     CBC,
     CIPHER_REASON_NOT_LISTED,
     1,
     "r2",
     ONE("r2")},
    {"two-without",
     3,
     {NOBODY_KNOWS, ALL, AES_256_CBC},
     CBC,
     CIPHER_REASON_UNKNOWN,
     2,
     "r0",
     SEVERAL("r0 and 1 other")},
    {"four-without",
     4,
     {AES_256_CBC, NOBODY_KNOWS, RC2, NOTHING},
     CBC,
     CIPHER_REASON_NOT_LISTED,
     4,
     "r0",
     SEVERAL("r0 and 3 others")},
    /* Never less than AES-256-CBC by what somebody lists. */
    {"empty-list", 1, {NOTHING}, CBC, CIPHER_REASON_NOT_LISTED, 1, "r0", ONE("r0")},
    {"rc2-only", 1, {RC2}, CBC, CIPHER_REASON_NOT_LISTED, 1, "r0", ONE("r0")},
    {"aes-128-only", 1, {AES_128_CBC}, CBC, CIPHER_REASON_NOT_LISTED, 1, "r0", ONE("r0")},
    {"aes-128-gcm-only", 1, {GCM_128}, CBC, CIPHER_REASON_NOT_LISTED, 1, "r0", ONE("r0")},
    /* the pair that another program's vote takes down to RC2 with 40 bits */
    {"unknown-and-aes-256",
     2,
     {NOBODY_KNOWS, AES_256_CBC},
     CBC,
     CIPHER_REASON_UNKNOWN,
     2,
     "r0",
     SEVERAL("r0 and 1 other")},
};

static void
test_choose(gconstpointer data)
{
    static const gchar *const names[] = {"r0", "r1", "r2", "r3"};
    const ChoiceCase *row = data;
    CipherReader readers[4];
    for (guint i = 0; i < row->n_readers; i++)
        readers[i] = (CipherReader){
            names[i], row->readers[i] == NOBODY_KNOWS ? NULL : &lists[row->readers[i]]};
    CipherChoice choice = cipher_choose(readers, row->n_readers);
    g_assert_cmpstr(cms_cipher_to_string(choice.cipher), ==, cms_cipher_to_string(row->cipher));
    g_assert_cmpint(choice.reason, ==, row->reason);
    g_assert_cmpuint(choice.n_without, ==, row->n_without);
    g_assert_cmpstr(choice.first, ==, row->first);
    g_autofree gchar *text = cipher_choice_describe(&choice);
    g_assert_cmpstr(text, ==, row->text);
}

/* Whoever joins, the cipher is one of the two, and GCM only where all read it. */
static void
test_every_pair(void)
{
    for (guint a = 0; a < N_LISTS; a++) {
        for (guint b = 0; b < N_LISTS; b++) {
            const CipherReader readers[] = {{"a", a == NOBODY_KNOWS ? NULL : &lists[a]},
                                            {"b", b == NOBODY_KNOWS ? NULL : &lists[b]}};
            gboolean all_read = (a == GCM_256 || a == ALL) && (b == GCM_256 || b == ALL);
            CipherChoice choice = cipher_choose(readers, 2);
            g_assert_cmpint(choice.cipher, ==, all_read ? GCM : CBC);
        }
    }
}

static void
test_names(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < CIPHER_N_REASONS; i++) {
        const gchar *name = cipher_reason_to_string((CipherReason)i);
        g_assert_nonnull(name);
        g_assert_true(g_hash_table_add(seen, (gpointer)name));
    }
    CipherChoice asked = {.cipher = CMS_CIPHER_AES_128_GCM, .reason = CIPHER_REASON_ASKED_FOR};
    g_autofree gchar *text = cipher_choice_describe(&asked);
    g_assert_cmpstr(text, ==, "aes-128-gcm: asked for");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(choice_cases); i++) {
        g_autofree gchar *path = g_strconcat("/cipher-choice/", choice_cases[i].name, NULL);
        g_test_add_data_func(path, &choice_cases[i], test_choose);
    }
    g_test_add_func("/cipher-choice/every-pair", test_every_pair);
    g_test_add_func("/cipher-choice/names", test_names);
    return g_test_run();
}
