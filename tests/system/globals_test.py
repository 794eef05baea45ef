# SPDX-License-Identifier: Apache-2.0
"""What [dhcp] says of all networks, and the options that the file defines, for networks that the
API made: they are not in the store, and yet of use there.
"""

from api import ApiTest, T
from packets import DISCOVER, OFFER, Message, mac

SITE_ID, SITE_NAME, NTP = 230, 231, 42
GLOBALS = """\
offer_time = "5s"
options = { ntp-servers = ["192.0.2.123"], site-id = 7 }
force = ["site-id"]
boot = { server = "192.0.2.9", file = "all.efi" }
[[option]]
code = 230
name = "site-id"
form = "u32"
"""


class GlobalsTest(ApiTest):
    more = GLOBALS

    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.start()
        self.edge(pools=["192.168.50.100-192.168.50.199"])
        self.set_network(conflict_check=False)
        self.raw = self.raw_clients()

    def set_network(self, status: int = 200, **fields):
        return self.api.expect(status, "PATCH", f"{T}/networks/edge", {"network": fields})

    def told(self, *asked: int) -> dict[int, bytes]:
        """The options of an offer to who asks for these."""
        self.raw.send(Message(DISCOVER, 9, mac(1), options={55: bytes(asked)} if asked else {}))
        return next(message.options for message in self.raw.receive(2)
                    if message.type == OFFER)

    def test_options_of_all_networks_reach_the_clients_of_one_that_the_API_made(self):
        told = self.told(NTP, 67)
        self.assertEqual(told[NTP], bytes([192, 0, 2, 123]))
        self.assertEqual(told[SITE_ID], bytes([0, 0, 0, 7]), "sent unasked")
        self.assertEqual(told[67], b"all.efi")
        self.assertNotIn(NTP, self.told(3))

    def test_a_network_made_by_the_API_has_its_own_before_those_of_all(self):
        self.set_network(options={"ntp-servers": ["192.0.2.1"], "site-id": 9})
        told = self.told(NTP)
        self.assertEqual(told[NTP], bytes([192, 0, 2, 1]))
        self.assertEqual(told[SITE_ID], bytes([0, 0, 0, 9]))
        shown = self.api.get(f"{T}/networks/edge")["network"]["options"]
        self.assertEqual(shown, {"ntp-servers": ["192.0.2.1"], "site-id": 9})

    def test_an_option_that_the_file_does_not_define_is_unknown_to_the_API(self):
        answer = self.api.ask("PATCH", f"{T}/networks/edge",
                              {"network": {"options": {"site-name": "here"}}})
        self.assertIn(answer.status, (400, 422), answer)

    def test_a_reload_changes_what_all_networks_are_told(self):
        before = self.told(NTP, SITE_ID)
        self.reload(self.config(more=GLOBALS.replace("site-id = 7", "site-id = 8").replace(
            'force = ["site-id"]\n', "")
            + f'[[option]]\ncode = {SITE_NAME}\nname = "site-name"\nform = "text"\n'))
        after = self.told(NTP, SITE_ID)
        self.assertEqual(after, {**before, SITE_ID: bytes([0, 0, 0, 8])})
        self.assertNotIn(SITE_ID, self.told(NTP), "no more sent unasked")
        self.set_network(options={"site-name": "here"})
        self.assertEqual(self.told(SITE_NAME)[SITE_NAME], b"here")

    def test_a_restart_and_a_refused_file_change_nothing(self):
        before = self.told(NTP)
        self.server.config.write_text(self.config(more=GLOBALS + "[[option]]\n"))
        seen = len(self.server.process.text())
        self.server.process.send(1)
        self.server.process.wait_for_log("refused", 5, seen)
        self.assertEqual(self.told(NTP), before)
        self.server.config.write_text(self.config())
        self.restart()
        self.assertEqual(self.told(NTP), before)
