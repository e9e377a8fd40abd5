#!/bin/sh
# SPDX-License-Identifier: MPL-2.0
# Makes the certificates of this folder again: tests/data/generate.sh [FOLDER]. README.md says what
# each one is. Every key is made anew, so every file changes; the names and what they mean stay.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/certificates}
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

from=20200101000000Z
until=21200101000000Z

cat > ca.cnf <<'CONF'
[ca]
default_ca = one
[one]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
rand_serial = yes
[any]
commonName = optional
emailAddress = optional
CONF
: > index.txt

ec() {
    openssl genpkey -quiet -algorithm EC -pkeyopt "ec_paramgen_curve:$1" -out "$2.key.pem"
}
rsa() {
    openssl genpkey -quiet -algorithm RSA -pkeyopt "rsa_keygen_bits:$1" -out "$2.key.pem"
}

# certificate NAME SUBJECT START END EXTENSIONS [ISSUER]: signed with NAME.key.pem, or by ISSUER
certificate() {
    name=$1 subject=$2 start=$3 end=$4 extensions=$5 issuer=${6:-}
    printf '[e]\n%s\n' "$extensions" > e.cnf
    openssl req -new -key "$name.key.pem" -subj "$subject" -out request.pem
    if [ -n "$issuer" ]; then
        set -- -cert "$issuer.pem" -keyfile "$issuer.key.pem"
    else
        set -- -selfsign -keyfile "$name.key.pem"
    fi
    openssl ca -batch -notext -config ca.cnf -extfile e.cnf -extensions e -startdate "$start" \
        -enddate "$end" -in request.pem -out "$name.pem" "$@" 2> log || { cat log; exit 1; }
    openssl x509 -in "$name.pem" -outform DER -out "$name.cert.der"
}

mail='basicConstraints=critical,CA:FALSE
extendedKeyUsage=emailProtection
subjectKeyIdentifier=hash'
ec_usage='keyUsage=critical,digitalSignature,keyAgreement'
rsa_usage='keyUsage=critical,digitalSignature,keyEncipherment'
ec_leaf() { # NAME ADDRESS START END
    ec P-256 "$1"
    certificate "$1" "/CN=$1" "$3" "$4" "$mail
$ec_usage
subjectAltName=email:$2"
}
rsa_leaf() { # NAME ADDRESS BITS
    rsa "$3" "$1"
    certificate "$1" "/CN=$1" "$from" "$until" "$mail
$rsa_usage
subjectAltName=email:$2"
}

ec_leaf alice.p256 alice@secure.lab "$from" "$until"
ec_leaf rollover.old rollover@secure.lab "$from" "$until"
ec_leaf rollover.new rollover@secure.lab 20240101000000Z "$until"
ec_leaf another-address mallory@elsewhere.lab "$from" "$until"
ec_leaf expired expired@secure.lab "$from" 20210101000000Z
ec_leaf not-yet-valid not-yet-valid@secure.lab 21000101000000Z "$until"
rsa_leaf alice.rsa2048 alice@secure.lab 2048
for i in 1 2 3; do
    rsa_leaf "big.rsa4096-$i" big@secure.lab 4096
done

# As the developer's guide makes them: self-signed, CA:TRUE, the address in the subject alone.
rsa 2048 guide
certificate guide "/CN=Sample Person/emailAddress=sample@secure.lab" "$from" "$until" \
    'basicConstraints=CA:TRUE
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid:always'

# An authority, and what it issued for every address of matrix.lab.
ec P-256 authority
certificate authority "/CN=authority" "$from" "$until" 'basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash'
addresses=
for usage in 0 1 2 3; do
    for selector in 0 1; do
        for matching in 0 1 2; do
            addresses="$addresses,email:u$usage-s$selector-m$matching@matrix.lab"
        done
    done
done
ec P-256 matrix.issued
certificate matrix.issued "/CN=matrix" "$from" "$until" "$mail
$ec_usage
authorityKeyIdentifier=keyid
subjectAltName=${addresses#,}" authority

# Its revocation lists, before and after it has revoked that.
list() { # NAME
    openssl ca -gencrl -config ca.cnf -cert authority.pem -keyfile authority.key.pem \
        -crl_lastupdate "$from" -crl_nextupdate "$until" 2> log |
        openssl crl -outform DER -out "authority.$1.crl.der"
}
list empty
openssl ca -config ca.cnf -cert authority.pem -keyfile authority.key.pem \
    -revoke matrix.issued.pem 2> log || { cat log; exit 1; }
list matrix

# Ten certificates for user0 … user199, twenty addresses in each.
: > users.certs.pem
for batch in 0 1 2 3 4 5 6 7 8 9; do
    addresses=
    user=$((batch * 20))
    while [ $user -lt $((batch * 20 + 20)) ]; do
        addresses="$addresses,email:user$user@secure.lab"
        user=$((user + 1))
    done
    ec P-256 "users.$batch"
    certificate "users.$batch" "/CN=users $batch" "$from" "$until" "$mail
$ec_usage
subjectAltName=${addresses#,}"
    cat "users.$batch.pem" >> users.certs.pem
done
rm -f users.[0-9].*

rm -f "$out"/*.cert.der "$out"/*.crl.der "$out"/*.key.pem "$out"/users.certs.pem
cp ./*.cert.der ./*.crl.der ./*.key.pem users.certs.pem "$out"
chmod 644 "$out"/*
