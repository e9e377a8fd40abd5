/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "entity.h"

/* Legacy display elements: hidden fields at the top of the text, for mail programs that know
 * nothing of protected fields (RFC 9788 §2.1.2, §5.2.2, §5.2.3). */

/* The main body parts (RFC 9788 §5.2.4): text/plain and text/html that are no attachments, reached
 * through the first part of mixed and related, and all of alternative. (element-type Entity,
 * borrowed) */
GPtrArray *legacy_display_find_parts(const Entity *root) G_GNUC_WARN_UNUSED_RESULT;

/* What becomes of the content of one of them. */
typedef struct {
    gsize at;        /* octets of the content before the element */
    GBytes *element; /* in the part's character set */
    /* The content in UTF-8, to which the part changes, and @at counts in it; NULL: it stays. The
     * content of a part in US-ASCII may be the same octets. */
    GBytes *converted;
} LegacyElement;
void legacy_element_clear(LegacyElement *element);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LegacyElement, legacy_element_clear)

/**
 * legacy_element_make:
 * @content: of @part, without transfer encoding
 * @lines: (element-type utf8): "Name: value" without control characters
 *
 * A part whose character set lacks some letter becomes UTF-8 (RFC 9788 §10.3); if it can't, or is
 * very large, "?" stands for the letter. In HTML a character reference does.
 *
 * Returns: %FALSE if there is no character set in which the element could stand there
 */
gboolean legacy_element_make(const Entity *part, GBytes *content, const GPtrArray *lines,
                             LegacyElement *out_element) G_GNUC_WARN_UNUSED_RESULT;
