/* SPDX-License-Identifier: MPL-2.0 */
#include "encoded-word.h"

#include "mail-test.h"

typedef struct {
    const gchar *name;
    const gchar *text;
    const gchar *expected;
} DecodeCase;

static const DecodeCase decode_cases[] = {
    {"none", "plain text", "plain text"},
    {"rfc2047-8-q", "=?ISO-8859-1?Q?a?=", "a"},
    {"rfc2047-8-adjacent", "=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"},
    {"rfc2047-8-adjacent-text", "=?ISO-8859-1?Q?a?= b", "a b"},
    {"rfc2047-8-underscore", "=?ISO-8859-1?Q?a_b?=", "a b"},
    {"rfc2047-base64", "=?UTF-8?B?SsO2cmc=?=", "J\303\266rg"},
    /* each word is padded for itself */
    {"base64-adjacent-padded", "=?UTF-8?B?w6Q=?= =?utf-8?b?w7Y=?= =?UTF-8?Q?=C3=BC?= x",
     "\303\244\303\266\303\274 x"},
    {"base64-character-in-two-words", "=?UTF-8?B?w6TD?= =?UTF-8?B?tg==?=", "\303\244\303\266"},
    {"base64-other-charset", "=?ISO-8859-1?B?5A==?= =?ISO-8859-1?B?9g==?=", "\303\244\303\266"},
    {"base64-and-text", "a =?UTF-8?B?w6Q=?= b", "a \303\244 b"},
    {"base64-none", "=?UTF-8?B?w6Q= x", "=?UTF-8?B?w6Q= x"},
    {"rfc2231-5-language", "=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"},
    {"utf-8", "J\303\266rg", "J\303\266rg"},
    {"line-end-inside", "=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b"},
};

static void
test_decode(gconstpointer data)
{
    const DecodeCase *c = data;
    g_autofree gchar *decoded = encoded_words_decode(c->text);
    g_assert_cmpstr(decoded, ==, c->expected);
}

static void
test_always_utf8(void)
{
    const gchar *texts[] = {"\377\376", "=?utf-8?q?=FF=FE?=", "=?no-such-charset?q?=FF?=",
                            "=?utf-8?q?=00=01?=", "=?utf-8?b?AAEC?="};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree gchar *decoded = encoded_words_decode(texts[i]);
        g_assert_true(g_utf8_validate(decoded, -1, NULL));
        for (const gchar *p = decoded; *p != '\0'; p++)
            g_assert_false(g_ascii_iscntrl(*p));
    }
}

static gchar *
repeat(const gchar *word, guint n_times)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < n_times; i++)
        g_string_append(text, word);
    return g_string_free(text, FALSE);
}

/* A header section full of words, with and without an end. */
static void
test_many(void)
{
    g_autofree gchar *words = repeat("=?utf-8?q?a?= ", 50000);
    g_autofree gchar *letters = repeat("a", 50000);
    g_autofree gchar *decoded = encoded_words_decode(words);
    g_assert_cmpstr(g_strstrip(decoded), ==, letters);
    /* GMime would look for the end of each of them up to the end of the text. */
    const gchar *endless[] = {"=?x?b?A", "=?x?q?A "};
    for (gsize i = 0; i < G_N_ELEMENTS(endless); i++) {
        g_autofree gchar *text = repeat(endless[i], 20000);
        g_autofree gchar *same = encoded_words_decode(text);
        g_assert_cmpstr(same, ==, text);
    }
    g_autofree gchar *crossed = repeat("=?x?q?A=?=?", 20000);
    g_autofree gchar *valid = encoded_words_decode(crossed);
    g_assert_true(g_utf8_validate(valid, -1, NULL));
}

static void
test_charsets(void)
{
    g_autofree gchar *latin = octets_to_utf8("\366", 1, "iso-8859-1");
    g_assert_cmpstr(latin, ==, "\303\266");
    g_autofree gchar *unknown = octets_to_utf8("a\366", 2, "no-such-charset");
    g_assert_cmpstr(unknown, ==, "a\357\277\275");
    g_autofree gchar *nul = octets_to_utf8("a\0b", 3, NULL);
    g_assert_cmpstr(nul, ==, "a\357\277\275b");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/encoded-word/decode/", decode_cases, test_decode)
    g_test_add_func("/encoded-word/always-utf8", test_always_utf8);
    g_test_add_func("/encoded-word/many", test_many);
    g_test_add_func("/encoded-word/charsets", test_charsets);
    return g_test_run();
}
