/* SPDX-License-Identifier: MPL-2.0 */
#include "html-body.h"

#include "mail-test.h"

/* "|" stands where the body begins, and is not in the text. */
typedef struct {
    const gchar *name;
    const gchar *html;
} BodyCase;

static const BodyCase body_cases[] = {
    {"tag", "<html><head></head><body>|<p>x"},
    {"tag-in-capitals", "<HTML><BODY BGCOLOR=white>|x"},
    {"attribute-with-bracket", "<body title=\"a>b\" class='>'>|x"},
    {"tag-in-comment", "<!-- <body> --><html><body>|x"},
    {"tag-in-title", "<head><title><body></title></head><body>|x"},
    {"tag-in-script", "<head><script>'<body>'</script><style>/*<body>*/</style></head><body>|x"},
    {"conditional-comment", "<!--[if mso]><body><![endif]--><body>|x"},
    {"doctype", "<!DOCTYPE html PUBLIC \"a>b\">\r\n<html>\r\n<meta charset=utf-8>\r\n<body>|x"},
    {"no-tag", "|<p>x"},
    {"no-tag-but-head", "<html><head><title>t</title></head>|<p>x</p></html>"},
    {"text", "|x <body>"},
    {"other-tag", "|<bodyguard>"},
    {"doctype-alone", "<!doctype html>|"},
    {"byte-order-mark", "\357\273\277<body>|x"},
    {"unfinished-tag", "<html><body class=\"|"},
    {"unfinished-comment", "<html><!-- |"},
    {"nothing", "|"},
};

static void
test_body(gconstpointer data)
{
    const BodyCase *row = data;
    gchar **pieces = g_strsplit(row->html, "|", 2);
    g_autofree gchar *html = g_strconcat(pieces[0], pieces[1], NULL);
    g_autoptr(GBytes) octets = g_bytes_new(html, strlen(html));
    g_assert_cmpuint(html_find_body(octets), ==, strlen(pieces[0]));
    g_strfreev(pieces);
}

int
main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    ADD_ROWS("/html-body/", body_cases, test_body);
    return g_test_run();
}
