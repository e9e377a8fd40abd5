/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

/* Another name of core-limits.h. The C library has a header of this name, and this folder is on the
 * search path of <limits.h>: who asks for that one must get it. */
#include_next <limits.h>

#include "core-limits.h"
