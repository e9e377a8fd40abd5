/* SPDX-License-Identifier: MPL-2.0 */
#include "mail-error.h"

G_DEFINE_QUARK(mail_error_quark, mail_error)
