/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "compose.h"
#include "payload-edit.h"

/* Adds to the edits what protected header fields change in the entities: the parameter "hp" of the
 * root's Content-Type, and the legacy display elements in the main body parts. @default_type: the
 * Content-Type of a root that has none. A part that got an element is in composer->legacy_parts:
 * its body needs no more edits. */
void payload_add_header(Composer *composer, const PayloadHeader *header, const gchar *default_type);
