/* SPDX-License-Identifier: MPL-2.0 */

#include "system-authorities.h"

#include <prlink.h>
#include <secmod.h>

#include "cms-error.h"
#include "pkcs11-object.h"

/* One module can't be started and ended by two threads at once. */
static GMutex load_mutex;

/* How a module says that a certificate is an anchor for mail. NSS's own way, and that of PKCS#11
 * 3.2, which newer modules have; older headers know the first one alone. */
typedef struct {
    CK_OBJECT_CLASS object_class;
    CK_ATTRIBUTE_TYPE for_mail;
    CK_ULONG anchor;
} TrustForm;

static const TrustForm trust_forms[] = {
    {CKO_NSS_TRUST, 0xce53635b /* CKA_NSS + 0x2000 + 11 */, CKT_NSS_TRUSTED_DELEGATOR},
    {0x0b /* CKO_TRUST */, 0x62f /* CKA_TRUST_EMAIL_PROTECTION */, 2 /* CKT_TRUST_ANCHOR */},
};

typedef struct {
    const TrustForm *form;
    GHashTable *trusted; /* (element-type GBytes): names as of read_name() */
    GPtrArray *authorities;
} Reading;

/* What ties a statement of trust to its certificate: issuer and serial number. */
static GBytes *
read_name(PK11GenericObject *object)
{
    g_autoptr(GBytes) issuer = pkcs11_read_attribute(object, CKA_ISSUER);
    g_autoptr(GBytes) serial = pkcs11_read_attribute(object, CKA_SERIAL_NUMBER);
    if (issuer == NULL || serial == NULL)
        return NULL;
    GByteArray *name = g_byte_array_new();
    GBytes *parts[] = {issuer, serial};
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        g_byte_array_append(name, g_bytes_get_data(parts[i], NULL),
                            (guint)g_bytes_get_size(parts[i]));
    return g_byte_array_free_to_bytes(name);
}

static gboolean
collect_trust(PK11GenericObject *object, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GBytes) trust = pkcs11_read_attribute(object, reading->form->for_mail);
    const CK_ULONG anchor = reading->form->anchor;
    if (trust == NULL || g_bytes_get_size(trust) != sizeof anchor ||
        memcmp(g_bytes_get_data(trust, NULL), &anchor, sizeof anchor) != 0)
        return TRUE;
    GBytes *name = read_name(object);
    if (name != NULL)
        g_hash_table_add(reading->trusted, name);
    return TRUE;
}

/* The attribute is a time, or one octet for "never". */
static gboolean
is_distrusted_after_some_day(PK11GenericObject *object)
{
    g_autoptr(GBytes) day = pkcs11_read_attribute(object, CKA_NSS_EMAIL_DISTRUST_AFTER);
    return day != NULL && g_bytes_get_size(day) > 1;
}

static gboolean
collect_authority(PK11GenericObject *object, gpointer data)
{
    Reading *reading = data;
    g_autoptr(GBytes) name = read_name(object);
    if (name == NULL || !g_hash_table_contains(reading->trusted, name) ||
        is_distrusted_after_some_day(object))
        return TRUE;
    g_autoptr(GBytes) der = pkcs11_read_attribute(object, CKA_VALUE);
    Certificate *authority = der == NULL ? NULL : certificate_new(der, NULL);
    if (authority != NULL)
        g_ptr_array_add(reading->authorities, authority);
    return TRUE;
}

static void
read_slot(PK11SlotInfo *slot, GPtrArray *authorities)
{
    g_autoptr(GHashTable) trusted =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
    Reading reading = {.trusted = trusted, .authorities = authorities};
    for (gsize i = 0; i < G_N_ELEMENTS(trust_forms); i++) {
        reading.form = &trust_forms[i];
        pkcs11_for_each_object(slot, reading.form->object_class, collect_trust, &reading);
    }
    pkcs11_for_each_object(slot, CKO_CERTIFICATE, collect_authority, &reading);
}

static SECMODModule *
load_module(const gchar *library, GError **error)
{
    g_autofree gchar *specification =
        g_strdup_printf("library=\"%s\" name=\"system authorities\"", library);
    PORT_SetError(0);
    SECMODModule *module = SECMOD_LoadUserModule(specification, NULL, PR_FALSE);
    if (module != NULL && module->loaded)
        return module;
    g_autofree gchar *text = g_strdup_printf("%s can't be loaded", library);
    cms_set_nss_error(error, CMS_ERROR_AUTHORITIES, text);
    if (module != NULL)
        SECMOD_DestroyModule(module);
    return NULL;
}

GPtrArray *
system_authorities_load(const gchar *library, GError **error)
{
    const gchar *name = library == NULL ? SYSTEM_AUTHORITIES_LIBRARY : library;
    g_autoptr(GMutexLocker) locker G_GNUC_UNUSED = g_mutex_locker_new(&load_mutex);
    SECMODModule *module = load_module(name, error);
    if (module == NULL)
        return NULL;
    g_autoptr(GPtrArray) authorities =
        g_ptr_array_new_with_free_func((GDestroyNotify)certificate_unref);
    for (int i = 0; i < module->slotCount; i++)
        read_slot(module->slots[i], authorities);
    SECMOD_UnloadUserModule(module);
    SECMOD_DestroyModule(module);
    if (authorities->len > 0)
        return g_steal_pointer(&authorities);
    g_set_error(error, CMS_ERROR, CMS_ERROR_AUTHORITIES, "%s holds no authority for mail", name);
    return NULL;
}

gboolean
system_authorities_exist(void)
{
    PRLibrary *library = PR_LoadLibrary(SYSTEM_AUTHORITIES_LIBRARY);
    if (library == NULL)
        return FALSE;
    PR_UnloadLibrary(library);
    return TRUE;
}
