# SPDX-License-Identifier: Apache-2.0
"""The command line against the server: each command does over the HTTP API what it says."""

import hashlib
import json
import re
import subprocess

from case import SystemTest
from lab import MELANGE, wait_until
from packets import RawClients, mac, mac_text

CONFIG = """\
[store]
path = "{folder}/store"
[http]
listen = ["127.0.0.1:9898", "unix:{folder}/http/admin.sock"]
{more}
[log]
level = "debug"
[dhcp]
interfaces = ["veth-s"]
"""
CANARY = "canary0123456789canary0123456789canary01234"


class CliTest(SystemTest):
    more = ""

    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.prepare()
        self.server = self.lab.server(CONFIG.format(folder=self.lab.folder, more=self.more))
        self.server.start()

    def prepare(self):
        """What the server needs before it starts."""

    def cli(self, *arguments: str, check: bool = True):
        return self.server.call(*arguments, check=check)

    def ask(self, *arguments: str):
        """What the command prints as JSON."""
        return json.loads(self.cli(*arguments, "--json").stdout)

    def refused(self, *arguments: str) -> str:
        """Standard error of a command that fails."""
        done = self.cli(*arguments, check=False)
        self.assertEqual((done.returncode, done.stdout), (1, ""), done.stderr)
        self.assertTrue(done.stderr.startswith("melange: "), done.stderr)
        return done.stderr

    def block(self, cidr: str = "192.168.50.0/24", *arguments: str) -> str:
        """Makes a block of the network `edge` and gives its id."""
        return self.ask("block", "create", cidr, "--network", "edge", *arguments)["id"]

    def edge(self, *arguments: str) -> str:
        """A network on veth-s with one block; the block's id."""
        self.cli("network", "set", "edge", "--interface", "veth-s")
        return self.block("192.168.50.0/24", "--gateway", "192.168.50.1", *arguments)

    def raw_clients(self) -> RawClients:
        raw = RawClients(self.lab.client_space)
        self.addCleanup(raw.close)
        return raw


class BlockCommandTest(CliTest):
    def test_a_block_is_made_listed_shown_changed_and_deleted(self):
        made = self.ask("block", "create", "10.0.0.1/24", "--network", "edge", "--gateway",
                        "10.0.0.1", "--dns", "10.0.0.2,10.0.0.3", "--lease-time", "90m",
                        "--name", "first floor", "--tag", "rack=7")
        self.assertEqual(made["cidr"], "10.0.0.0/24")
        self.assertEqual(made["type"], "private")
        self.assertEqual(made["dns"], ["10.0.0.2", "10.0.0.3"])
        self.assertEqual(made["tags"], {"rack": "7"})
        block = made["id"]
        self.assertEqual([b["id"] for b in self.ask("block", "list")], [block])
        self.assertEqual(self.ask("block", "list", "--type", "public"), [])
        self.assertRegex(self.cli("block", "list").stdout,
                         rf"(?m)\Aid +cidr .*\n{block} +10\.0\.0\.0/24 ")
        self.cli("block", "update", block, "--name", "", "--gateway", "10.0.0.254")
        shown = self.ask("block", "show", block)
        self.assertEqual((shown["gateway"], shown["name"] or ""), ("10.0.0.254", ""))
        self.assertRegex(self.cli("block", "show", block).stdout, r"(?m)^gateway +10\.0\.0\.254$")
        self.assertEqual(self.cli("block", "delete", block).stdout, "")
        self.assertIn("404", self.refused("block", "show", block))

    def test_a_block_with_addresses_is_deleted_by_force_alone(self):
        block = self.block()
        self.cli("address", "allocate", "--block", block)
        self.assertIn("409", self.refused("block", "delete", block))
        self.cli("block", "delete", block, "--force")
        self.assertEqual(self.ask("block", "list"), [])

    def test_subnets_are_made_by_cidr_or_as_the_next_free_one(self):
        block = self.block("10.0.0.0/24")
        first = self.ask("block", "subnet", block, "--cidr", "10.0.0.0/26")
        second = self.ask("block", "subnet", block, "--prefix-length", "26")
        self.assertEqual((first["cidr"], second["cidr"]), ("10.0.0.0/26", "10.0.0.64/26"))
        self.assertEqual([b["cidr"] for b in self.ask("block", "subnets", block)],
                         ["10.0.0.0/26", "10.0.0.64/26"])

    def test_every_fault_of_a_request_is_told_with_its_field(self):
        said = self.refused("block", "create", "10.1.0.0/33", "--type", "odd")
        self.assertRegex(said, r"\Amelange: 400 ")
        self.assertRegex(said, r"(?m)^  \S*cidr: .*cidr is invalid")
        self.assertRegex(said, r"(?m)^  \S*type: .*private, public")

    def test_H15_what_a_tenant_wrote_does_not_reach_the_terminal_as_it_is(self):
        said = self.refused("block", "create", "10.0.0.0/24", "--tag", "a\x1b[2Jb=x")
        self.assertRegex(said, r"\A[\n -~]+\Z")
        text = "a\u009b2J\u202eb"  # a control sequence and a turn of the writing direction
        block = self.block("10.0.0.0/24", "--name", text, "--tag", f"note={text}")
        for arguments in (("block", "show", block), ("block", "list"), ("changes",)):
            self.assertRegex(self.cli(*arguments).stdout, r"\A[\n -~]+\Z")
        self.assertEqual(self.ask("block", "show", block)["tags"], {"note": text})


class AddressCommandTest(CliTest):
    def test_a_list_of_several_pages_is_whole(self):
        block = self.block("10.0.0.0/20")
        given = [address["address"] for _ in range(2) for address in
                 self.ask("address", "allocate", "--block", block, "--count", "600")]
        listed = [address["address"] for address in self.ask("address", "list", "--block", block)]
        self.assertEqual((len(listed), sorted(listed)), (1200, sorted(given)))

    def test_an_address_is_allocated_refused_to_others_released_and_restored(self):
        block = self.block()
        one = ("192.168.50.9", "--block", block)
        self.cli("address", "allocate", "--block", block, "--address", one[0],
                 "--interface", "vif-1", "--mac", "52:54:00:12:34:56")
        said = self.refused("address", "allocate", "--block", block, "--address", one[0])
        self.assertEqual(said.splitlines()[0],
                         "melange: 409 Conflict: Address is already allocated")
        self.cli("address", "release", *one)
        self.assertEqual(self.ask("address", "show", *one)["state"], "quarantined")
        self.cli("address", "restore", *one)
        shown = self.ask("address", "show", *one)
        self.assertEqual((shown["state"], shown["interface_id"]), ("reserved", "vif-1"))
        self.assertGreater(len(self.ask("address", "history", one[0])), 0)

    def test_utilization_counts_what_was_allocated(self):
        block = self.block()
        before = self.ask("block", "utilization", block)
        self.cli("address", "allocate", "--block", block, "--count", "3")
        after = self.ask("block", "utilization", block)
        self.assertEqual(int(after["reserved"]) - int(before["reserved"]), 3)
        self.assertEqual(int(before["free"]) - int(after["free"]), 3)
        self.assertIn("reserved", self.cli("utilization").stdout)

    def test_a_policy_denies_addresses_and_is_taken_apart_again(self):
        policy = self.ask("policy", "create", "infrastructure", "--description", "x")["id"]
        last = self.ask("policy", "add-range", policy, "-3", "2")["id"]
        octet = self.ask("policy", "add-octet", policy, "13")["id"]
        block = self.block("10.0.0.0/24", "--policy", policy)
        for address in ("10.0.0.253", "10.0.0.13"):
            self.assertIn("422", self.refused("address", "allocate", "--block", block,
                                              "--address", address))
        self.assertEqual(self.ask("policy", "ranges", policy)[0]["offset"], -3)
        self.assertEqual(self.ask("policy", "octets", policy)[0]["octet"], 13)
        self.cli("policy", "remove-range", policy, str(last))
        self.cli("policy", "remove-octet", policy, str(octet))
        for address in ("10.0.0.253", "10.0.0.13"):
            self.cli("address", "allocate", "--block", block, "--address", address)
        self.cli("policy", "delete", policy)
        self.assertEqual(self.ask("policy", "list"), [])
        self.assertFalse(self.ask("block", "show", block)["policy_id"])

    def test_an_interface_takes_its_MAC_from_the_ranges(self):
        made = self.ask("mac-range", "create", "BC:76:4E:20:00:00/40")
        self.assertEqual(len(self.ask("mac-range", "list")), 1)
        self.block()
        self.cli("interface", "create", "vif-2", "--device", "vm-2", "--network", "edge")
        shown = self.ask("interface", "show", "vif-2")
        self.assertTrue(shown["mac_address"].lower().startswith("bc:76:4e:20:00:"))
        self.assertEqual([i["id"] for i in self.ask("interface", "list")], ["vif-2"])
        self.cli("interface", "delete", "vif-2")
        self.assertEqual(self.ask("interface", "list"), [])
        self.cli("mac-range", "delete", made["id"])
        self.assertEqual(self.ask("mac-range", "list"), [])

    def test_another_tenants_objects_are_not_found(self):
        block = self.block()
        self.assertIn("404", self.refused("block", "show", block, "--tenant", "acme"))
        self.assertIn("404", self.refused("block", "delete", block, "--tenant", "acme"))
        self.assertEqual(self.ask("block", "list", "--tenant", "acme"), [])
        mine = json.loads(self.server.space.run(
            "env", "MELANGE_TENANT=acme", MELANGE, "block", "create", "10.0.0.0/24", "--json",
            "-c", str(self.server.config)).stdout)
        self.assertEqual(self.ask("block", "list", "--tenant", "acme")[0]["id"], mine["id"])


class WireCommandTest(CliTest):
    def test_a_reservation_is_offered_to_the_very_next_request(self):
        self.edge()
        raw = self.raw_clients()
        self.assertIsNone(raw.lease(mac(1), seconds=0.3))
        made = self.ask("reservation", "create", "--network", "edge", "--mac", mac_text(mac(1)),
                        "--address", "192.168.50.77", "--hostname", "web1")
        self.assertEqual(made["addresses"], ["192.168.50.77"])
        self.assertEqual(raw.lease(mac(1)), "192.168.50.77")
        listed = self.ask("reservation", "list", "--network", "edge")
        self.assertEqual([r["id"] for r in listed], [made["id"]])
        shown = self.ask("reservation", "show", made["id"], "--network", "edge")
        self.assertEqual(shown["hostname"], "web1")
        self.cli("reservation", "delete", made["id"], "--network", "edge")
        self.assertEqual(self.ask("reservation", "list", "--network", "edge"), [])

    def test_leases_are_listed_by_the_API_and_from_the_store_alike(self):
        self.edge("--pool", "192.168.50.100-192.168.50.199")
        address = self.raw_clients().lease(mac(1))
        listed = self.ask("lease", "list", "--network", "edge")
        self.assertEqual([(each["address"], each["state"]) for each in listed],
                         [(address, "leased")])
        line = self.cli("lease", "list", "--network", "edge").stdout.splitlines()[1]
        for shown in (address, mac_text(mac(1)), listed[0]["expires_at"]):
            self.assertIn(shown, line, "the table has what the API says")
        self.assertEqual(self.ask("lease", "list", "--mac", mac_text(mac(1)))[0]["address"],
                         address)
        self.assertEqual(self.ask("lease", "list", "--mac", mac_text(mac(2))), [])
        self.assertEqual(self.server.leases()[address]["mac"], mac_text(mac(1)))
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.server.leases()[address]["state"], "leased", "without a server")
        self.assertIn("cannot connect", self.refused("lease", "list", "--network", "edge"))

    def test_a_lease_becomes_a_reservation_and_another_is_ended(self):
        self.edge("--pool", "192.168.50.100-192.168.50.199")
        raw = self.raw_clients()
        kept, ended = raw.lease(mac(1)), raw.lease(mac(2))
        self.cli("lease", "reserve", kept, "--network", "edge")
        self.cli("lease", "release", ended, "--network", "edge")
        states = {address: lease["state"] for address, lease in self.server.leases().items()}
        self.assertEqual(states[kept], "bound")
        self.assertIn(states.get(ended), (None, "held"))

    def test_changes_are_listed_and_followed_as_they_happen(self):
        follower = self.server.space.start(
            MELANGE, "changes", "--follow", "--json", "-c", str(self.server.config),
            log="follow.log")
        self.edge("--pool", "192.168.50.100-192.168.50.199")
        address = self.raw_clients().lease(mac(1))
        follower.wait_for_log(rf"address\.leased.*{re.escape(address)}"
                              rf"|{re.escape(address)}.*address\.leased", 5)
        for line in follower.text().splitlines():
            json.loads(line)
        listed = self.ask("changes")
        self.assertTrue(any("block.created" in json.dumps(each) for each in listed), listed)
        self.server.stop()
        self.assertEqual(follower.wait(5), 1)
        self.assertIn("the server ended the stream", follower.text())


class ConnectionTest(CliTest):
    def call(self, *arguments: str, token: str = ""):
        return self.server.space.run("env", f"MELANGE_TOKEN={token}", MELANGE, *arguments,
                                     check=False)

    def test_without_a_server_the_socket_and_the_remedy_are_named(self):
        self.server.stop()
        said = self.refused("block", "list")
        self.assertIn(f"unix:{self.lab.folder}/http/admin.sock", said)
        self.assertIn("is the server running? [http] listen", said)

    def test_the_socket_may_be_given_alone(self):
        done = self.call("block", "list", "--json", "--socket",
                         f"{self.lab.folder}/http/admin.sock")
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)

    def test_from_this_host_TCP_needs_no_token_while_none_are_configured(self):
        done = self.call("block", "list", "--json", "--url", "http://127.0.0.1:9898")
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)


class TlsTest(ConnectionTest):
    """With a certificate of 127.0.0.1 alone, and one token."""

    token = f"mel_ci-1_{CANARY}"
    url = "https://127.0.0.1:9898"

    def prepare(self):
        folder = self.lab.folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=lab",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder / "key.pem",
                        "-out", folder / "cert.pem"], check=True, capture_output=True)
        digest = hashlib.sha256(self.token.encode()).hexdigest()
        tokens = folder / "tokens.toml"
        tokens.touch(mode=0o600)
        tokens.write_text(f'[[token]]\nid = "ci-1"\ndigest = "sha256:{digest}"\n'
                          'scopes = ["tenant:acme", "write"]\n'
                          'created = "2026-11-24T08:00:00Z"\n')
        self.more = "\n".join([f'tokens = "{tokens}"', f'tls_certificate = "{folder}/cert.pem"',
                               f'tls_key = "{folder}/key.pem"', 'host_names = ["localhost"]'])
        self.ca = ("--ca-file", str(folder / "cert.pem"))

    def list_blocks(self, *arguments: str, token: str = ""):
        return self.call("block", "list", "--json", "--tenant", "acme", *arguments, token=token)

    def test_from_this_host_TCP_needs_no_token_while_none_are_configured(self):
        done = self.list_blocks("--url", self.url, *self.ca)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"\Amelange: 401 .*--token-file")

    def test_a_token_opens_its_tenant_from_the_environment_or_a_file(self):
        done = self.list_blocks("--url", self.url, *self.ca, token=self.token)
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)
        file = self.lab.folder / "token"
        file.write_text(self.token + "\n")
        done = self.list_blocks("--url", self.url, *self.ca, "--token-file", str(file))
        self.assertEqual((done.returncode, done.stdout), (0, "[]\n"), done.stderr)
        other = self.call("block", "list", "--tenant", "default", "--url", self.url, *self.ca,
                          token=self.token)
        self.assertIn("404", other.stderr)

    def test_a_certificate_that_nobody_trusts_or_of_another_name_is_refused(self):
        untrusted = self.list_blocks("--url", self.url, token=self.token)
        other_name = self.list_blocks("--url", "https://localhost:9898", *self.ca,
                                      token=self.token)
        for done in (untrusted, other_name):
            self.assertEqual(done.returncode, 1)
            self.assertIn("certificate verify failed", done.stderr)

    def test_H14_no_output_shows_the_token(self):
        outputs = []
        for arguments in (["--url", "http://192.0.2.1"], ["--url", self.url],
                          ["--url", f"https://u:{self.token}@127.0.0.1:9898"],
                          ["--url", self.url, *self.ca]):
            done = self.list_blocks(*arguments, token=self.token)
            outputs += [done.stdout, done.stderr]
        outputs.append(self.server.process.text())
        self.assertNotIn(CANARY, "\n".join(outputs))


class MistakeTest(CliTest):
    def test_mistakes_are_told_before_the_server_is_asked(self):
        self.server.stop()
        for arguments, said in ((("block", "subnet", "x"), "--cidr, --prefix-length"),
                                (("policy", "add-octet", "x", "1x"), "no whole number"),
                                (("block", "show", ".."), "names nothing")):
            self.assertIn(said, self.refused(*arguments))

    def test_the_follower_is_not_held_back_by_a_server_that_says_nothing(self):
        follower = self.server.space.start(
            MELANGE, "changes", "--follow", "-c", str(self.server.config), log="follow.log")
        wait_until(lambda: "number" in follower.text(), 5, "the titles")
        self.assertEqual(follower.end(2), -2)


del CliTest
