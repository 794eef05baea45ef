# SPDX-License-Identifier: Apache-2.0
"""The wire follows the API at the next packet, and the API shows what the wire did: a reservation,
a policy, a deleted address, a lease, a block are the same records (ipam.md section 3; cases 53 to
57).
"""

from api import ApiTest, T
from lab import wait_until
from packets import ACK, DISCOVER, NAK, OFFER, REQUEST, Message, RawClients, mac, mac_text

POOL = ["192.168.50.100-192.168.50.199"]


def ask(raw: RawClients, message: Message, seconds: float = 1) -> Message | None:
    """The first answer to exactly this one packet."""
    raw.send(message)
    return next((answer for answer in raw.receive(seconds) if answer.xid == message.xid), None)


def discover(raw: RawClients, client: bytes, xid: int = 7, seconds: float = 1) -> str | None:
    """What the very next DISCOVER of the client is offered."""
    answer = ask(raw, Message(DISCOVER, xid, client), seconds)
    return answer.yiaddr if answer and answer.type == OFFER else None


def renew(raw: RawClients, client: bytes, address: str, xid: int = 9) -> int | None:
    """ACK or NAK to a client that extends its lease."""
    answer = ask(raw, Message(REQUEST, xid, client, ciaddr=address))
    return answer.type if answer else None


class WireTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.start()
        self.raw = self.raw_clients()

    def reserve(self, status: int = 201, **fields):
        return self.api.expect(status, "POST", f"{T}/networks/edge/reservations",
                               {"reservation": fields})

    def states(self, block: dict) -> dict[str, str]:
        listed = self.api.pages(f"{T}/ip_blocks/{block['id']}/ip_addresses", "ip_addresses")
        return {each["address"]: each["state"] for each in listed}


class ServeTest(WireTest):
    def test_a_block_made_by_the_API_is_served_at_the_next_packet_and_not_after_its_deletion(self):
        self.assertIsNone(discover(self.raw, mac(1), seconds=0.3))
        block = self.edge(pools=POOL)
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.100")
        lease = self.raw.lease(mac(1))
        self.assertEqual(lease, "192.168.50.100")
        self.check_problem(self.api.ask("DELETE", f"{T}/ip_blocks/{block['id']}"), 409)
        self.api.expect(204, "DELETE", f"{T}/ip_blocks/{block['id']}?force=true")
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3))
        self.assertNotEqual(renew(self.raw, mac(1), lease), ACK)
        self.edge_again()
        self.assertEqual(discover(self.raw, mac(3)), "192.168.50.20")

    def edge_again(self) -> None:
        self.api.block("192.168.50.0/24", network_id="edge", pools=["192.168.50.20/32"])

    def test_what_a_block_tells_its_clients_follows_its_update_at_the_next_packet(self):
        block = self.edge(pools=POOL, dns=["192.0.2.53"])
        target = f"{T}/ip_blocks/{block['id']}"
        first = ask(self.raw, Message(DISCOVER, 1, mac(1), options={55: bytes([3, 6, 121])}))
        self.assertEqual(first.options[6], bytes([192, 0, 2, 53]))
        self.assertEqual(first.options[3], bytes([192, 168, 50, 1]))
        self.api.expect(200, "PATCH", target,
                        {"ip_block": {"dns": ["192.0.2.1", "192.0.2.2"], "lease_time": "2h"}})
        self.api.expect(201, "POST", f"{target}/ip_routes", {"ip_route": {
            "destination": "10.0.0.0", "netmask": "255.0.0.0", "gateway": "192.168.50.2"}})
        second = ask(self.raw, Message(DISCOVER, 2, mac(1), options={55: bytes([3, 6, 121])}))
        self.assertEqual(second.options[6], bytes([192, 0, 2, 1, 192, 0, 2, 2]))
        self.assertEqual(second.options[51], (7200).to_bytes(4))
        self.assertIn(bytes([8, 10, 192, 168, 50, 2]), second.options[121])

    def test_a_pool_that_moves_gives_the_new_addresses_and_keeps_the_old_leases(self):
        block = self.edge(pools=POOL)
        lease = self.raw.lease(mac(1))
        self.api.expect(200, "PATCH", f"{T}/ip_blocks/{block['id']}",
                        {"ip_block": {"pools": ["192.168.50.20-192.168.50.29"]}})
        self.assertEqual(discover(self.raw, mac(2)), "192.168.50.20")
        self.assertEqual(renew(self.raw, mac(1), lease), ACK)

    def test_two_networks_with_the_same_block_do_not_mix(self):
        self.edge(pools=POOL)
        other = self.api.block("192.168.50.0/24", network_id="other")
        self.api.allocate(other, address="192.168.50.100", mac_address=mac_text(mac(9)))
        self.assertEqual(self.raw.lease(mac(1)), "192.168.50.100")
        self.assertNotEqual(discover(self.raw, mac(9)), "192.168.50.100")


class ReservationTest(WireTest):
    def test_case_53_a_reservation_is_what_the_very_next_DISCOVER_is_offered(self):
        self.edge()
        self.assertIsNone(discover(self.raw, mac(1), seconds=0.3))
        self.reserve(mac=mac_text(mac(1)), addresses=["192.168.50.77"], hostname="web1")
        answer = ask(self.raw, Message(DISCOVER, 3, mac(1), options={55: bytes([12])}))
        self.assertEqual((answer.type, answer.yiaddr), (OFFER, "192.168.50.77"))
        self.assertEqual(answer.options[12], b"web1")
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3), "nobody else")

    def test_case_53_an_address_allocated_to_a_MAC_is_offered_too_and_shown_as_bound(self):
        block = self.edge(pools=POOL)
        allocated = self.api.allocate(block, mac_address=mac_text(mac(1)), interface_id="vif-1")
        self.assertNotIn(allocated["address"][-3:], [str(n) for n in range(100, 200)],
                         "automatic allocation is outside of pools")
        self.assertEqual(self.raw.lease(mac(1)), allocated["address"])
        shown = self.api.address(block, allocated["address"])
        self.assertEqual((shown["state"], shown["interface_id"]), ("bound", "vif-1"))
        self.assertIsNotNone(shown["expires_at"])

    def test_a_client_whose_address_was_reserved_elsewhere_is_moved_at_its_renewal(self):
        self.edge(pools=POOL)
        lease = self.raw.lease(mac(1))
        self.reserve(mac=mac_text(mac(1)), addresses=["192.168.50.77"])
        self.assertEqual(renew(self.raw, mac(1), lease), NAK)
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.77")

    def test_an_address_on_lease_is_refused_to_another_or_handed_over_at_the_renewal(self):
        block = self.edge(pools=POOL)
        lease = self.raw.lease(mac(1))
        wish = {"mac": mac_text(mac(2)), "addresses": [lease]}
        answer = self.api.ask("POST", f"{T}/networks/edge/reservations", {"reservation": wish})
        said = self.check_problem(answer, 409)["detail"]
        self.assertIn(mac_text(mac(1)), said, "its holder is told")
        self.assertEqual(renew(self.raw, mac(1), lease), ACK)
        self.reserve(**wish, on_conflict="wait")
        self.assertEqual(renew(self.raw, mac(1), lease), NAK)
        self.assertEqual(self.raw.lease(mac(2)), lease)
        self.assertEqual(self.api.address(block, lease)["state"], "bound")

    def test_an_API_reservation_outlives_SIGHUP_with_other_networks(self):
        self.edge()
        self.reserve(mac=mac_text(mac(1)), addresses=["192.168.50.77"])
        before = self.api.get(f"{T}/networks/edge/reservations")
        self.reload(self.config(more='[[network]]\nid = "lab"\ninterfaces = ["veth-x"]\n'
                                     '[[network.block]]\ncidr = "10.9.0.0/24"\n'))
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.77")
        self.assertEqual(self.api.get(f"{T}/networks/edge/reservations"), before)
        self.restart()
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.77")


class LeaseTest(WireTest):
    def test_case_54_a_lease_is_an_address_in_list_search_and_utilization(self):
        block = self.edge(pools=POOL)
        target = f"{T}/ip_blocks/{block['id']}"
        before = self.api.get(f"{target}/utilization")["utilization"]
        lease = self.raw.lease(mac(1))
        self.assertEqual(self.states(block), {lease: "leased"})
        shown = self.api.address(block, lease)
        self.assertEqual((shown["mac_address"], shown["allocated"], shown["interface_id"]),
                         (mac_text(mac(1)), True, None))
        for query in (f"address={lease}", f"mac={mac_text(mac(1)).replace(':', '-')}",
                      "state=leased"):
            found = self.api.get(f"{T}/networks/edge/leases?{query}")["leases"]
            self.assertEqual([each["address"] for each in found], [lease], query)
            self.assertEqual(self.api.get(f"/v1/leases?{query}")["leases"], found)
        self.assertEqual(self.api.get(f"/v1/leases?mac={mac_text(mac(2))}")["leases"], [])
        after = self.api.get(f"{target}/utilization")["utilization"]
        difference = {key: after[key] - before[key] for key in after if after[key] != before[key]
                      and key != "offered"}
        self.assertEqual(difference, {"leased": 1, "free": -1, "free_in_pools": -1})
        total = sum(after[key] for key in after if key not in ("size", "offered", "free_in_pools"))
        self.assertEqual(total, after["size"])
        self.assertEqual([each["event"] for each in self.api.changes()][-1], "address.leased")
        self.assertEqual(self.api.changes()[-1]["actor"], "dhcp")

    def test_a_lease_is_released_or_made_a_reservation_by_an_operator(self):
        block = self.edge(pools=POOL)
        kept, ended = self.raw.lease(mac(1)), self.raw.lease(mac(2))
        self.api.expect(201, "POST", f"{T}/networks/edge/leases/{kept}/reserve")
        self.api.expect(204, "DELETE", f"{T}/networks/edge/leases/{ended}")
        self.assertEqual(self.states(block), {kept: "bound", ended: "held"})
        self.assertEqual(renew(self.raw, mac(1), kept), ACK)
        reservation, = self.api.get(f"{T}/networks/edge/reservations")["reservations"]
        self.assertEqual((reservation["mac"], reservation["addresses"]),
                         (mac_text(mac(1)), [kept]))

    def test_a_deleted_address_is_kept_until_its_lease_ends_and_its_renewal_is_refused(self):
        block = self.edge(pools=["192.168.50.100-192.168.50.101"], quarantine_time=0)
        lease = self.raw.lease(mac(1))
        ends = self.api.address(block, lease)["expires_at"]
        self.api.expect(204, "DELETE", f"{T}/ip_blocks/{block['id']}/ip_addresses/{lease}")
        shown = self.api.address(block, lease)
        self.assertEqual((shown["state"], shown["expires_at"]), ("quarantined", ends))
        self.assertEqual(renew(self.raw, mac(1), lease), NAK)
        self.assertEqual(self.raw.lease(mac(2)), "192.168.50.101")
        self.assertIsNone(discover(self.raw, mac(3), seconds=0.3), "the other one is not free yet")
        self.assertIsNone(discover(self.raw, mac(1), seconds=0.3))

    def test_case_55_what_a_policy_excludes_is_not_leased_but_renewed(self):
        policy = self.api.expect(201, "POST", f"{T}/policies", {"policy": {"name": "p"}})["policy"]
        block = self.edge(pools=["192.168.50.100-192.168.50.103"], policy_id=policy["id"])
        lease = self.raw.lease(mac(1))
        self.assertEqual(lease, "192.168.50.100")
        self.api.expect(201, "POST", f"{T}/policies/{policy['id']}/unusable_ip_ranges",
                        {"ip_range": {"offset": 100, "length": 3}})
        self.assertEqual(self.raw.lease(mac(2)), "192.168.50.103")
        self.assertIsNone(discover(self.raw, mac(3), seconds=0.3))
        self.assertEqual(renew(self.raw, mac(1), lease), ACK)
        self.assertEqual(set(self.states(block)), {lease, "192.168.50.103"})

    def test_case_56_deleting_the_interface_takes_its_address_back(self):
        block = self.edge()
        body = {"interface": {"id": "vif-1", "tenant_id": "default", "device_id": "vm-1",
                              "mac_address": mac_text(mac(1)),
                              "network": {"id": "edge", "tenant_id": "default"}}}
        made = self.api.expect(201, "POST", "/v1/interfaces", body)["interface"]
        address = made["ip_addresses"][0]["address"]
        self.assertEqual(self.raw.lease(mac(1)), address)
        self.api.expect(204, "DELETE", "/v1/interfaces/vif-1")
        self.assertEqual(renew(self.raw, mac(1), address), NAK)
        self.assertEqual(self.states(block), {address: "quarantined"})
        self.assertIsNone(discover(self.raw, mac(1), seconds=0.3))

    def test_case_57_when_a_full_pool_has_a_lease_less_the_next_client_gets_it(self):
        self.edge(pools=["192.168.50.100/32"])
        lease = self.raw.lease(mac(1))
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3))
        self.api.expect(204, "DELETE", f"{T}/networks/edge/leases/{lease}")
        self.assertEqual(self.raw.lease(mac(2)), lease)
        self.assertNotEqual(renew(self.raw, mac(1), lease), ACK)

    def test_an_explicit_allocation_from_a_pool_is_not_leased_to_others(self):
        block = self.edge(pools=["192.168.50.100-192.168.50.101"])
        self.api.allocate(block, address="192.168.50.100")
        self.assertEqual(self.raw.lease(mac(1)), "192.168.50.101")
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3))

    def test_an_address_on_offer_is_not_allocated_to_another(self):
        block = self.edge(pools=["192.168.50.100-192.168.50.101"])
        offered = discover(self.raw, mac(1))
        usage = f"{T}/ip_blocks/{block['id']}/utilization"
        wait_until(lambda: self.api.get(usage)["utilization"]["offered"] == 1, 2, "an offer shown")
        answer = self.api.ask("POST", f"{T}/ip_blocks/{block['id']}/ip_addresses",
                              {"ip_address": {"address": offered}})
        request = Message(REQUEST, 7, mac(1), options={50: bytes(map(int, offered.split("."))),
                                                       54: bytes([192, 168, 50, 1])})
        acked = ask(self.raw, request)
        owners = (answer.status == 201) + (acked is not None and acked.type == ACK)
        self.assertEqual(owners, 1, f"{answer}, {acked}")


del ApiTest, WireTest
