/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include "nss-scoped.h"

/* Objects of a PKCS#11 token as they are, past NSS's certificate functions, whose caches and stores
 * are keyed by issuer and serial number. */

/* Whether to go on with the next object. */
typedef gboolean (*Pkcs11ObjectFunc)(PK11GenericObject *object, gpointer data);

void pkcs11_for_each_object(PK11SlotInfo *slot, CK_OBJECT_CLASS object_class,
                            Pkcs11ObjectFunc function, gpointer data);

/* The octets of an attribute; NULL if the object has none. */
GBytes *pkcs11_read_attribute(PK11GenericObject *object, CK_ATTRIBUTE_TYPE type);
