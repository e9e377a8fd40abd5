/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

/* Where the first child of <body> begins in HTML whose character set has the octets of ASCII:
 * behind the tag, where the document writes it; else behind what can stand before a body that is
 * not written: white space, comments, doctype, <html>, and the whole of <head>. Tags inside of
 * comments, scripts, styles, titles and attribute values are none. */
gsize html_find_body(GBytes *html);
