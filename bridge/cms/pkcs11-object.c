/* SPDX-License-Identifier: MPL-2.0 */

#include "pkcs11-object.h"

void
pkcs11_for_each_object(PK11SlotInfo *slot, CK_OBJECT_CLASS object_class, Pkcs11ObjectFunc function,
                       gpointer data)
{
    g_autoptr(PK11GenericObject) objects = PK11_FindGenericObjects(slot, object_class);

    for (PK11GenericObject *object = objects; object != NULL;
         object = PK11_GetNextGenericObject(object)) {
        if (!function(object, data))
            return;
    }
}

GBytes *
pkcs11_read_attribute(PK11GenericObject *object, CK_ATTRIBUTE_TYPE type)
{
    SECItem value = {siBuffer, NULL, 0};

    if (PK11_ReadRawAttribute(PK11_TypeGeneric, object, type, &value) != SECSuccess)
        return NULL;
    GBytes *bytes = g_bytes_new(value.data, value.len);
    SECITEM_FreeItem(&value, PR_FALSE);
    return bytes;
}
