/* SPDX-License-Identifier: MPL-2.0 */
#include "hazards.h"

#include <string.h>

#include "header-field.h"
#include "octet-source.h"
#include "octet-spool.h"

/* RFC 5322 §2.1.1 */
#define MAX_LINE_OCTETS 998
/* Of one UTF-8 character. */
#define MAX_CHARACTER_OCTETS 4

static void
find_line_hazards(const guint8 *line, gsize n_octets, OctetHazards *hazards)
{
    if (n_octets > MAX_LINE_OCTETS)
        hazards->has_long_line = TRUE;
    if (n_octets >= 5 && memcmp(line, "From ", 5) == 0)
        hazards->has_from_line = TRUE;
    if (n_octets > 0 && (line[n_octets - 1] == ' ' || line[n_octets - 1] == '\t'))
        hazards->has_trailing_space = TRUE;
    if (octets_find(line, n_octets, '\r') != NULL)
        hazards->has_bare_cr = TRUE;
}

static gboolean
has_high_bit(const guint8 *octets, gsize n_octets)
{
    guint64 all = 0, word = 0;
    gsize i = 0;
    for (; n_octets - i >= sizeof word; i += sizeof word) {
        memcpy(&word, octets + i, sizeof word);
        all |= word;
    }
    for (; i < n_octets; i++)
        all |= octets[i];
    return (all & 0x8080808080808080u) != 0;
}

static void
find_octet_hazards(const guint8 *octets, gsize n_octets, OctetHazards *hazards)
{
    const guint8 *kept = octets;
    for (gsize at = 0; at < n_octets; at += OCTET_PIECE_MAX) {
        gsize n_step = MIN(n_octets - at, OCTET_PIECE_MAX);
        hazards->has_8bit = hazards->has_8bit || has_high_bit(octets + at, n_step);
        hazards->has_nul = hazards->has_nul || memchr(octets + at, '\0', n_step) != NULL;
        octets_forget_behind(&kept, octets + at);
    }
}

OctetHazards
octets_find_hazards(const guint8 *octets, gsize n_octets)
{
    OctetHazards hazards = {0};
    const guint8 *kept = octets;
    for (gsize at = 0; at < n_octets;) {
        gsize n_line = line_octets(octets + at, n_octets - at);
        find_line_hazards(octets + at, line_text_octets(octets + at, n_line), &hazards);
        at += n_line;
        octets_forget_behind(&kept, octets + at);
    }
    find_octet_hazards(octets, n_octets, &hazards);
    return hazards;
}

gboolean
octet_hazards_stop(const OctetHazards *hazards)
{
    return hazards->has_8bit || hazards->has_nul || hazards->has_long_line || hazards->has_bare_cr;
}

gboolean
octets_have_8bit(const guint8 *octets, gsize n_octets)
{
    OctetHazards hazards = {0};
    find_octet_hazards(octets, n_octets, &hazards);
    return hazards.has_8bit;
}

gboolean
octets_are_utf8(const gchar *octets, gsize n_octets)
{
    const guint8 *kept = (const guint8 *)octets;
    for (gsize at = 0; at < n_octets;) {
        const gchar *end = NULL;
        gsize n_step = MIN(n_octets - at, OCTET_PIECE_MAX);
        if (g_utf8_validate_len(octets + at, n_step, &end))
            end = octets + at + n_step;
        gsize n_valid = (gsize)(end - octets) - at;
        /* A character may lie across the end of the step. */
        gboolean is_last = at + n_step == n_octets;
        if (n_valid < n_step && (is_last || n_step - n_valid >= MAX_CHARACTER_OCTETS))
            return FALSE;
        at += n_valid;
        octets_forget_behind(&kept, (const guint8 *)end);
    }
    return TRUE;
}
