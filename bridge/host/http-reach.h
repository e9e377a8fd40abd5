/* SPDX-License-Identifier: MPL-2.0 */
#pragma once

/* Whom dane-smime-fetch may ask. Addresses of lists stand in certificates, which anybody may send:
 * they must not make this machine knock at services of its own or of its network, which trust
 * whoever comes from inside. */
typedef enum {
    /* Public addresses alone (public-address.h). */
    HTTP_REACH_PUBLIC,
    /* The host of the URL, whatever its address: a person has named it. It may send on to others
     * that are not public only if it isn't either. */
    HTTP_REACH_NAMED,
    HTTP_REACH_ANY
} HttpReach;

/* The option of dane-smime-fetch for each; none for HTTP_REACH_PUBLIC. */
#define HTTP_REACH_OPTION_NAMED "--named"
#define HTTP_REACH_OPTION_ANY   "--private"
