/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

#include "path-support.h"

/* Extensions of domain controllers' certificates ([MS-SRPL] §2.3), for path_make_certificate(). The
 * names stand in a section of their own, so that they come last. */
#define DRS_KEY_USAGE      "keyUsage=digitalSignature,keyEncipherment\n"
#define DRS_PURPOSES       "extendedKeyUsage=clientAuth,serverAuth\n"
#define DRS_PURPOSES_EMAIL "extendedKeyUsage=clientAuth,serverAuth,1.3.6.1.4.1.311.21.19\n"
#define DRS_TEMPLATE       "1.3.6.1.4.1.311.20.2=ASN1:BMPSTRING:DomainController\n"
#define DRS_NAMES          "subjectAltName=@san\n[san]\n"
#define DRS_GUID           "otherName.0=" DRS_GUID_ID "OCTETSTRING:" DRS_GUID_HEX "\n"
#define DRS_GUID_ID        "1.3.6.1.4.1.311.25.1;FORMAT:HEX,"
#define DRS_GUID_HEX       "ac4b2906aad65d4fa99c4cbcb06a65d9" /* of the specification's example */
#define DRS_HOST(name)     "DNS.0=" name "\n"

#define DRS_CONTROLLER(host)                                                                       \
    DRS_KEY_USAGE DRS_PURPOSES DRS_TEMPLATE DRS_NAMES DRS_GUID DRS_HOST(host)
#define DRS_EMAIL(host) DRS_KEY_USAGE DRS_PURPOSES_EMAIL DRS_NAMES DRS_GUID DRS_HOST(host)
