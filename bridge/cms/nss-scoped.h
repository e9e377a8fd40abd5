/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include <glib.h>

#include <cert.h>
#include <cryptohi.h>
#include <keyhi.h>
#include <nss.h>
#include <pk11pub.h>
#include <secasn1.h>
#include <secerr.h>
#include <secitem.h>
#include <secmod.h>
#include <secoid.h>

/* Owners for the types of NSS, for g_autoptr(): here and nowhere else in the program. One reference
 * that is forgotten keeps cms_shutdown() from succeeding. */

static inline void
nss_scoped_free_arena(PLArenaPool *arena)
{
    PORT_FreeArena(arena, PR_FALSE);
}

/* For arenas that held keys, passwords or plaintext. */
static inline void
nss_scoped_wipe_arena(PLArenaPool *arena)
{
    PORT_FreeArena(arena, PR_TRUE);
}

/* Items that own themselves and what they point to; always wiped, since some hold secrets. */
static inline void
nss_scoped_free_item(SECItem *item)
{
    SECITEM_ZfreeItem(item, PR_TRUE);
}

static inline void
nss_scoped_free_algorithm(SECAlgorithmID *algorithm)
{
    SECOID_DestroyAlgorithmID(algorithm, PR_TRUE);
}

static inline void
nss_scoped_destroy_context(PK11Context *context)
{
    PK11_DestroyContext(context, PR_TRUE);
}

static inline void
nss_scoped_destroy_objects(PK11GenericObject *objects)
{
    PK11_DestroyGenericObjects(objects);
}

/* Borrows the octets of @bytes, which NSS takes for its own but does not change. */
static inline SECItem
nss_borrow_bytes(GBytes *bytes)
{
    gsize n_octets = 0;
    const guint8 *octets = g_bytes_get_data(bytes, &n_octets);
    return (SECItem){siBuffer, (guint8 *)octets, (unsigned int)n_octets};
}

/* An arena that is wiped when freed: g_autoptr(WipedArena). */
typedef PLArenaPool WipedArena;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PLArenaPool, nss_scoped_free_arena)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(WipedArena, nss_scoped_wipe_arena)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECItem, nss_scoped_free_item)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECAlgorithmID, nss_scoped_free_algorithm)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECKEYPublicKey, SECKEY_DestroyPublicKey)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECKEYPrivateKey, SECKEY_DestroyPrivateKey)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECKEYPrivateKeyList, SECKEY_DestroyPrivateKeyList)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SECKEYPublicKeyList, SECKEY_DestroyPublicKeyList)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CERTSubjectPublicKeyInfo, SECKEY_DestroySubjectPublicKeyInfo)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CERTCertificate, CERT_DestroyCertificate)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CERTCertificateRequest, CERT_DestroyCertificateRequest)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CERTValidity, CERT_DestroyValidity)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CERTName, CERT_DestroyName)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PK11SlotInfo, PK11_FreeSlot)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PK11SymKey, PK11_FreeSymKey)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PK11Context, nss_scoped_destroy_context)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PK11GenericObject, nss_scoped_destroy_objects)
