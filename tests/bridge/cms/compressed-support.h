/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "oid.h"

/* CompressedData of RFC 3274 for tests. */
typedef struct {
    Oid type;         /* of the object */
    Oid content_type; /* of what is compressed */
    Oid algorithm;
    gboolean null_parameters;
    guint n_pieces; /* 0: eContent is primitive, else constructed of so many */
    gboolean without_content;
} CompressedForm;
extern const CompressedForm compressed_form_right;

GBytes *compressed_deflate(GBytes *content);
/* @deflated: whatever it is. */
GBytes *compressed_build(GBytes *deflated, const CompressedForm *form);
/* Right in all. */
GBytes *compressed_new(GBytes *content);
/* @n_octets times "a". */
GBytes *compressed_run(gsize n_octets);
