/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <getdns/getdns.h>
#include <glib.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(getdns_dict, getdns_dict_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(getdns_list, getdns_list_destroy)
