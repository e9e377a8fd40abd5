#!/usr/bin/python3
# SPDX-License-Identifier: MPL-2.0
"""hours.py BUILD WORK [--seconds N] [--corpus FOLDER] [--pack] [TARGET]...

Runs libFuzzer targets of BUILD (-Dfuzz_engine=true) until each had N seconds of processor time
(default 3600), two at a time, with what they found before, the folders beside this file and what
the third-party corpus has for them as seeds. WORK keeps what is found and how long it took, so
that a run can be gone on with. A target that fails is not run again; its input stands in
WORK/failed/TARGET. --pack reduces what was found to the inputs that add coverage, and writes them
to reduced/TARGET.tar.xz beside this file."""

import argparse
import base64
import email
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
CMS_TARGETS = ("ber", "certificate", "enveloped-data", "key-file", "pkcs12", "signed-data")
DNS_TARGETS = ("addr-spec", "address", "dns-name", "dns-reply", "http-head", "resolver-row",
               "resolver-wire", "root-hints", "seen-entry", "smimea", "trust-anchor",
               "unbound-answer")
MAIL_TARGETS = ("protected-header",)
TARGETS = CMS_TARGETS + DNS_TARGETS + MAIL_TARGETS
ROUND_SECONDS = 300
MAX_OCTETS = 20000
# Larger inputs add little and slow every build's replay down.
PACKED_MAX_OCTETS = 8000
SIGNED = bytes.fromhex("06092a864886f70d010702")
KEYS = (".key", ".pem")
CERTIFICATES = (".cer", ".cert", ".crt", ".der", ".pem")
OBJECTS = (".bin", ".cms", ".der", ".p7b", ".p7c", ".p7m", ".p7s")


def der_of(octets: bytes) -> bytes | None:
    """DER or BER out of a file that has it as it is, in PEM or in base64."""
    if octets[:1] == b"0":
        return octets
    armoured = re.search(rb"-----BEGIN[^-]*-----(.*?)-----END", octets, re.S)
    try:
        found = base64.b64decode(b"".join((armoured.group(1) if armoured else octets).split()))
    except ValueError:
        return None
    return found if found[:1] == b"0" else None


def parts_of(octets: bytes):
    """Leaves of a message that begin as a SEQUENCE does."""
    for part in email.message_from_bytes(octets).walk():
        body = None if part.is_multipart() else part.get_payload(decode=True)
        if body and body[:1] == b"0":
            yield body


def seeds_of(path: Path):
    """(target, octets) for what a file of the third-party corpus can serve as."""
    octets = path.read_bytes()
    suffix = path.suffix.lower()
    objects = list(parts_of(octets))
    if suffix in (".p12", ".pfx"):
        yield from (("pkcs12", b"f" + octets), ("key-file", octets), ("ber", octets))
    if suffix in KEYS:
        yield "key-file", octets
    if suffix in CERTIFICATES:
        yield "certificate", octets
    if suffix in OBJECTS + CERTIFICATES:
        objects.append(der_of(octets))
    for found in filter(None, objects):
        yield "ber", found
        yield ("signed-data" if SIGNED in found[:30] else "enveloped-data"), found


def write_seeds(corpus: Path, work: Path) -> None:
    for path in sorted((corpus / "files").rglob("*")):
        if not path.is_file() or path.stat().st_size > 400_000:
            continue
        for target, octets in seeds_of(path):
            folder = work / "seeds" / target
            folder.mkdir(parents=True, exist_ok=True)
            (folder / hashlib.sha256(octets).hexdigest()).write_bytes(octets)


def environment() -> dict[str, str]:
    return dict(os.environ, ASAN_OPTIONS="detect_leaks=1", G_DEBUG="fatal-criticals",
                UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
                LSAN_OPTIONS=f"suppressions={HERE.parent}/lsan.supp:print_suppressions=0")


def used_seconds(work: Path, target: str) -> float:
    file = work / f"{target}.seconds"
    return float(file.read_text()) if file.exists() else 0.0


def run_round(build: Path, work: Path, target: str) -> bool:
    """One round of a target; false if it failed."""
    found, failed = work / "found" / target, work / "failed" / target
    for folder in (found, failed):
        folder.mkdir(parents=True, exist_ok=True)
    seeds = [folder for folder in (work / "seeds" / target, HERE / target) if folder.is_dir()]
    with open(work / f"{target}.log", "ab") as log:
        # pylint: disable-next=consider-using-with
        process = subprocess.Popen(
            [build / f"tests/fuzz/fuzz-{target}", f"-max_total_time={ROUND_SECONDS}",
             f"-max_len={MAX_OCTETS}", "-timeout=60", "-rss_limit_mb=3000", "-use_value_profile=1",
             f"-artifact_prefix={failed}/", found, *seeds],
            stdout=log, stderr=subprocess.STDOUT, env=environment())
        _, status, usage = os.wait4(process.pid, 0)
    seconds = used_seconds(work, target) + usage.ru_utime + usage.ru_stime
    (work / f"{target}.seconds").write_text(f"{seconds:.0f}\n")
    return status == 0


def run_target(build: Path, work: Path, target: str, seconds: float) -> bool:
    while used_seconds(work, target) < seconds:
        if not run_round(build, work, target):
            print(f"{target}: FAILED, see {work / 'failed' / target}")
            return False
    print(f"{target}: {used_seconds(work, target):.0f} s of processor time, no findings")
    return True


def pack(build: Path, work: Path, target: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        reduced = Path(name)
        sources = [folder for folder in (work / "found" / target, work / "seeds" / target)
                   if folder.is_dir()]
        subprocess.run([build / f"tests/fuzz/fuzz-{target}", "-merge=1",
                        f"-max_len={PACKED_MAX_OCTETS}", reduced, *sources],
                       env=environment(), check=True, capture_output=True)
        archive = HERE / "reduced" / f"{target}.tar.xz"
        archive.parent.mkdir(exist_ok=True)
        with tarfile.open(archive, "w:xz") as files:
            for path in sorted(reduced.iterdir()):
                octets = path.read_bytes()
                entry = tarfile.TarInfo(path.name)
                entry.size = len(octets)
                files.addfile(entry, io.BytesIO(octets))
        print(f"{archive.name}: {len(list(reduced.iterdir()))} inputs")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--corpus", type=Path, default=HERE.parents[2] / "shared" / "corpus")
    parser.add_argument("--pack", action="store_true")
    parser.add_argument("targets", nargs="*", default=TARGETS)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.pack:
        for target in options.targets:
            pack(options.build, options.work, target)
        return 0
    write_seeds(options.corpus, options.work)
    with ThreadPoolExecutor(2) as workers:
        results = workers.map(
            lambda target: run_target(options.build, options.work, target, options.seconds),
            options.targets)
        return 0 if all(list(results)) else 1


if __name__ == "__main__":
    sys.exit(main())
