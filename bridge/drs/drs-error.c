/* SPDX-License-Identifier: MPL-2.0 */

#include "drs-error.h"

G_DEFINE_QUARK(drs_error_quark, drs_error)
