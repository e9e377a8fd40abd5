/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The entry of every fuzz target, by the name that libFuzzer and AFL++ want. Each target feeds one
 * reader of peers' octets, and asserts what must hold of whatever it accepts (parse, serialize,
 * parse: equal). */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n_octets);
