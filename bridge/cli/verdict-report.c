/* SPDX-License-Identifier: MPL-2.0 */

#include "verdict-report.h"

#include "header-report.h"
#include "record-report.h"
#include "report.h"
#include "run.h"

/* "example.org" of a record's owner name. */
static const gchar *
publishing_domain(const gchar *owner_name)
{
    const gchar *after = owner_name == NULL ? NULL : strstr(owner_name, "._smimecert.");
    return after == NULL ? "the domain" : after + strlen("._smimecert.");
}

static void
show_trust(JsonObject *trust, gboolean verbose)
{
    const gchar *source = json_text(trust, "source");
    const gchar *owner_name = json_text(trust, "owner_name");
    if (g_strcmp0(source, "dane") == 0)
        report_line("  %-13s %s, by its SMIMEA record %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                    " %" G_GINT64_FORMAT,
                    "published by", publishing_domain(owner_name),
                    json_object_get_int_member(trust, "usage"),
                    json_object_get_int_member(trust, "selector"),
                    json_object_get_int_member(trust, "matching_type"));
    else if (g_strcmp0(source, "authority") == 0)
        report_field("vouched for", "by a certificate authority");
    else if (g_strcmp0(source, "pinned") == 0)
        report_field("vouched for", "by the certificate that was given");
    const gchar *dns = json_text(trust, "dns");
    if (dns != NULL)
        report_line("  %-13s %s: %s", "DNS", dns, words_for_dns(dns));
    if (dns != NULL && (verbose || !g_str_equal(dns, "secure-records")))
        report_detail(trust);
    report_field("name", owner_name);
}

static void
show_signer(JsonObject *signer)
{
    g_autofree gchar *addresses = json_joined(signer, "addresses");
    report_line("  %-13s %s, %s", "certificate", json_text(signer, "subject"),
                json_text(signer, "key"));
    report_field("for", addresses);
    report_line("  %-13s %s to %s", "valid", json_text(signer, "not_before"),
                json_text(signer, "not_after"));
    report_field("SHA-256", json_text(signer, "sha256"));
    report_field("signed at", json_text(signer, "signing_time"));
    report_field("algorithm", json_text(signer, "algorithm"));
}

static void
show_encryption(JsonObject *encryption)
{
    report_line("  %-13s %s, key by %s", "encrypted", json_text(encryption, "cipher"),
                json_text(encryption, "key_management"));
    verdict_report_weakness(encryption);
}

void
verdict_report_weakness(JsonObject *encryption)
{
    JsonObject *recipient = json_object(encryption, "recipient");
    if (!json_object_get_boolean_member(encryption, "weak"))
        return;
    report_line("  %-13s the encryption (%s%s%s) is too weak today: others may have read it",
                "weak", json_text(encryption, "cipher"), recipient != NULL ? ", key " : "",
                recipient != NULL ? json_text(recipient, "key") : "");
}

/* A signature round an envelope does not count, and is none (host/message-layers.c). */
static const gchar *
words_for_none(JsonObject *verdict)
{
    JsonArray *layers = json_array(verdict, "layers");
    const gchar *outermost = layers == NULL || json_array_get_length(layers) == 0
                                 ? ""
                                 : json_array_get_string_element(layers, 0);
    if (json_array(verdict, "certificates") != NULL)
        return "nobody signed; there are certificates, for whoever wants to import them";
    if (!json_object_get_boolean_member(verdict, "encrypted"))
        return "the message is not signed";
    if (json_object(verdict, "encryption") == NULL)
        return "the message is encrypted; whether it is signed inside, \"read\" finds out";
    return g_str_has_suffix(outermost, "enveloped-data")
               ? "the message is not signed"
               : "the envelope is signed, but not what is in it";
}

/* Facts, as "cert" shows them of the file in full. */
static void
show_certificates(JsonArray *certificates)
{
    for (guint i = 0; certificates != NULL && i < json_array_get_length(certificates); i++) {
        JsonObject *certificate = json_array_get_object_element(certificates, i);
        g_autofree gchar *addresses = json_joined(certificate, "addresses");
        report_field("certificate", json_text(certificate, "subject"));
        report_field("for", addresses);
        report_field("SHA-256", json_text(certificate, "sha256"));
    }
}

static void
show_fetched(JsonArray *fetched)
{
    for (guint i = 0; fetched != NULL && i < json_array_get_length(fetched); i++) {
        JsonObject *one = json_array_get_object_element(fetched, i);
        const gchar *problem = json_text(one, "problem");
        report_line("  %-13s %s%s%s", "fetched", json_text(one, "url"), problem == NULL ? "" : ": ",
                    problem == NULL ? "" : problem);
    }
}

/* A certificate that was given is trusted for whatever it signs; it may be another's. */
static gboolean
is_anothers(JsonObject *verdict)
{
    JsonObject *signer = json_object(verdict, "signer");
    JsonArray *addresses = signer == NULL ? NULL : json_array(signer, "addresses");
    const gchar *author = json_text(verdict, "author");
    if (author == NULL || addresses == NULL || json_array_get_length(addresses) == 0)
        return FALSE;
    for (guint i = 0; i < json_array_get_length(addresses); i++)
        if (g_ascii_strcasecmp(json_array_get_string_element(addresses, i), author) == 0)
            return FALSE;
    JsonObject *trust = json_object(verdict, "trust");
    return trust != NULL && g_strcmp0(json_text(trust, "source"), "pinned") == 0;
}

static void
show_verified(JsonObject *verdict)
{
    const gchar *author = json_text(verdict, "author");
    if (is_anothers(verdict)) {
        report_line("verified: signed with the certificate that was given, which is not for %s",
                    author);
        report_field("author", author);
        return;
    }
    report_line("verified: signed by %s", author == NULL ? "the certificate's holder" : author);
}

/* The address that was judged is not the one that is shown then: mail/protected-header.h. */
static const gchar *
words_for_doubt(JsonObject *verdict, const gchar *reason)
{
    JsonObject *header = json_object(verdict, "header");
    JsonObject *from = header == NULL ? NULL : json_object(header, "from");
    gboolean is_inner = from != NULL && json_object_get_boolean_member(from, "warning");
    return is_inner && g_str_equal(reason, "address-mismatch")
               ? "the certificate is not for the address that From has inside"
               : words_for_reason(reason);
}

void
verdict_report(JsonObject *verdict, gboolean verbose)
{
    const gchar *status = json_text(verdict, "status");
    const gchar *reason = json_text(verdict, "reason");
    const gchar *author = json_text(verdict, "author");
    JsonObject *signer = json_object(verdict, "signer");
    JsonObject *trust = json_object(verdict, "trust");
    JsonObject *encryption = json_object(verdict, "encryption");
    if (g_str_equal(status, "verified"))
        show_verified(verdict);
    else if (g_str_equal(status, "none"))
        report_line("none: %s", words_for_none(verdict));
    else
        report_line("%s (%s): %s", status, reason, words_for_doubt(verdict, reason));
    report_field("detail", json_text(verdict, "signature_detail"));
    if (!g_str_equal(status, "verified"))
        report_field("author", author);
    if (trust != NULL)
        show_trust(trust, verbose);
    if (signer != NULL)
        show_signer(signer);
    if (encryption != NULL)
        show_encryption(encryption);
    header_report(verdict);
    show_certificates(json_array(verdict, "certificates"));
    show_fetched(json_array(verdict, "fetched_crls"));
    JsonObject *authority = json_object(verdict, "authority");
    if (verbose && authority != NULL)
        report_field("path detail", json_text(authority, "detail"));
}

CliExit
verdict_get_exit(JsonObject *verdict, gboolean for_reading)
{
    const gchar *status = json_text(verdict, "status");
    if (g_str_equal(status, "verified"))
        return EXIT_HOLDS;
    if (g_str_equal(status, "none"))
        return for_reading ? EXIT_HOLDS : EXIT_DOES_NOT_HOLD;
    if (g_str_equal(status, "invalid"))
        return EXIT_DOES_NOT_HOLD;
    return exit_for_reason(json_text(verdict, "reason"));
}
