# SPDX-License-Identifier: Apache-2.0
"""Networks, interfaces, instances, MAC ranges, allowed addresses, NAT relations, allocation
handles and reservations over the real HTTP server: cases 39 to 48 of ipam.md.
"""

from api import ApiTest, T

NETWORK = f"{T}/networks/n"


class ResourceTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def refused(self, status: int, method: str, target: str, body=None) -> str:
        before = self.api.changes()
        problem = self.check_problem(self.api.ask(method, target, body), status)
        self.assertEqual(self.api.changes(), before, "a refusal changes nothing")
        return problem.get("detail", "") + str(problem.get("errors", ""))

    def plug(self, vif: str, status: int = 201, **fields):
        return self.api.expect(status, "POST", f"{NETWORK}/interfaces/{vif}/ip_allocations",
                               {"network": fields})

    def states(self, block: dict) -> dict[str, str]:
        listed = self.api.get(f"{T}/ip_blocks/{block['id']}/ip_addresses")["ip_addresses"]
        return {each["address"]: each["state"] for each in listed}


class NetworkAllocationTest(ResourceTest):
    def test_case_39_an_interface_gets_an_address_of_each_family(self):
        self.api.block("10.0.0.0/24", network_id="n")
        self.api.block("2001:db8::/64", network_id="n", generator="eui64")
        made = self.plug("vif", mac_address="52:54:00:12:34:56")["ip_addresses"]
        self.assertEqual([each["address"] for each in made],
                         ["10.0.0.1", "2001:db8::5054:ff:fe12:3456"])
        self.assertEqual(self.api.get(f"{NETWORK}/interfaces/vif/ip_allocations")["ip_addresses"],
                         made)

    def test_case_40_41_42_43_full_blocks_are_passed_over_and_all_or_nothing_is_allocated(self):
        first = self.api.block("10.0.0.0/31", network_id="n")
        second = self.api.block("10.0.1.0/31", network_id="n")
        given = [self.plug(f"vif-{i}")["ip_addresses"][0]["address"] for i in range(4)]
        self.assertEqual(given, ["10.0.0.0", "10.0.0.1", "10.0.1.0", "10.0.1.1"])
        target = f"{NETWORK}/interfaces/vif-9/ip_allocations"
        self.refused(422, "POST", target, {"network": {}})
        third = self.api.block("10.0.2.0/24", network_id="n")
        self.refused(409, "POST", target, {"network": {"addresses": ["10.0.2.9", "10.0.0.1"]}})
        self.assertEqual(self.states(third), {})
        self.plug("vif-9", addresses=["10.0.2.9", "10.0.2.8"])
        self.api.expect(204, "DELETE", target)
        self.assertEqual(self.states(third), {"10.0.2.8": "quarantined",
                                              "10.0.2.9": "quarantined"})
        self.assertEqual({**self.states(first), **self.states(second)},
                         dict.fromkeys(given, "reserved"))

    def test_a_family_that_is_full_is_left_out_only_if_that_was_asked_for(self):
        self.api.block("10.0.0.0/32", network_id="n")
        self.api.block("2001:db8::/64", network_id="n")
        self.plug("vif-1")
        target = f"{NETWORK}/interfaces/vif-2/ip_allocations"
        self.refused(422, "POST", target, {"network": {}})
        made = self.api.expect(201, "POST", target + "?partial=true", {"network": {}})
        self.assertEqual([each["version"] for each in made["ip_addresses"]], [6])

    def test_case_24_an_interface_of_one_network_gets_no_address_of_another(self):
        self.api.block("10.0.0.0/24", network_id="n")
        other = self.api.block("10.0.0.0/24", network_id="other")
        self.plug("vif")
        self.refused(422, "POST", f"{T}/ip_blocks/{other['id']}/ip_addresses",
                     {"ip_address": {"interface_id": "vif"}})

    def test_a_handle_always_stands_for_the_same_addresses(self):
        block = self.api.block("10.0.0.0/24", network_id="n")
        body = {"allocation": {"tenant_id": "default", "network_id": "n", "count": 3}}
        first = self.api.expect(201, "PUT", "/v1/allocations/job-7", body)["allocation"]
        for _ in range(2):
            again = self.api.expect(200, "PUT", "/v1/allocations/job-7", body)["allocation"]
            self.assertEqual([each["address"] for each in again["ip_addresses"]],
                             ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
        self.restart()
        self.assertEqual(self.api.get("/v1/allocations/job-7?tenant_id=default")["allocation"],
                         first)
        body["allocation"]["count"] = 4
        self.refused(409, "PUT", "/v1/allocations/job-7", body)
        self.api.expect(204, "DELETE", "/v1/allocations/job-7?tenant_id=default")
        self.assertEqual(set(self.states(block).values()), {"quarantined"})
        self.refused(404, "GET", "/v1/allocations/job-7?tenant_id=default")


class InterfaceTest(ResourceTest):
    def make(self, vif: str, status: int = 201, **fields):
        return self.api.expect(status, "POST", "/v1/interfaces", {
            "interface": {"id": vif, "tenant_id": "default", **fields}})

    def test_case_44_MACs_come_from_the_ranges_and_are_used_again(self):
        ranges = "/v1/mac_address_ranges"
        for bad in ("BC:76:4E:20:00:00/49", "nonsense", "01:00:5E:00:00:00/24"):
            self.refused(400, "POST", ranges, {"mac_address_range": {"cidr": bad}})
        self.api.expect(201, "POST", ranges,
                        {"mac_address_range": {"cidr": "BC:76:4E:20:00:07/48"}})
        made = self.make("vif-1")["interface"]
        self.assertEqual(made["mac_address"], "bc:76:4e:20:00:07")
        self.assertIn("mac", self.refused(422, "POST", "/v1/interfaces", {
            "interface": {"id": "vif-2", "tenant_id": "default"}}).lower())
        self.api.expect(204, "DELETE", "/v1/interfaces/vif-1")
        self.assertEqual(self.make("vif-2")["interface"]["mac_address"], "bc:76:4e:20:00:07")

    def test_case_46_an_interface_is_unique_by_name_and_MAC_and_its_tenants_alone(self):
        self.make("vif-1", mac_address="525400123456")
        same = {"interface": {"id": "vif-1", "tenant_id": "default"}}
        self.refused(409, "POST", "/v1/interfaces", same)
        same = {"interface": {"id": "vif-2", "tenant_id": "acme",
                              "mac_address": "52:54:00:12:34:56"}}
        self.refused(409, "POST", "/v1/interfaces", same)
        self.refused(400, "POST", "/v1/interfaces", {"interface": {"id": "vif-2"}})
        self.assertEqual(self.api.get(f"{T}/interfaces/vif-1")["interface"]["mac_address"],
                         "52:54:00:12:34:56")
        self.refused(404, "GET", "/v1/tenants/acme/interfaces/vif-1")
        self.refused(404, "GET", "/v1/tenants/acme/interfaces/vif-1/allowed_ips")

    def test_case_45_an_instance_is_replaced_as_a_whole_or_not_at_all(self):
        block = self.api.block("10.0.0.0/24", network_id="n")
        target = "/v1/instances/vm-1/interfaces"
        plugged = {"id": "n", "tenant_id": "default"}
        body = {"instance": {"tenant_id": "default", "interfaces": [
            {"id": "eth0", "mac_address": "525400000001", "network": plugged},
            {"id": "eth1", "mac_address": "525400000002", "network": plugged}]}}
        self.api.expect(200, "PUT", target, body)
        before = self.api.get(target)
        self.assertEqual([each["id"] for each in before["instance"]["interfaces"]],
                         ["eth0", "eth1"])
        bad = {"instance": {"tenant_id": "default", "interfaces": [
            {"id": "eth2", "network": plugged},
            {"id": "eth3", "network": {**plugged, "addresses": ["10.9.9.9"]}}]}}
        self.refused(422, "PUT", target, bad)
        self.assertEqual(self.api.get(target), before)
        body["instance"]["interfaces"] = body["instance"]["interfaces"][:1]
        self.api.expect(200, "PUT", target, body)
        self.assertEqual(self.states(block), {"10.0.0.1": "reserved", "10.0.0.2": "quarantined"})
        self.api.expect(204, "DELETE", target)
        self.assertEqual(set(self.states(block).values()), {"quarantined"})

    def test_case_47_only_addresses_of_a_network_it_is_in_are_allowed_to_an_interface(self):
        self.api.block("10.0.0.0/24", network_id="n")
        self.api.block("10.1.0.0/24", network_id="other")
        own = self.plug("vif")["ip_addresses"][0]["address"]
        target = f"{T}/interfaces/vif/allowed_ips"
        for address in ("10.0.0.200", own):
            self.api.expect(201, "POST", target, {
                "allowed_ip": {"network_id": "n", "ip_address": address}})
        self.refused(422, "POST", target, {
            "allowed_ip": {"network_id": "other", "ip_address": "10.1.0.5"}})
        self.assertEqual([each["ip_address"] for each in self.api.get(target)["allowed_ips"]],
                         [own, "10.0.0.200"])
        self.api.expect(204, "DELETE", f"{target}/10.0.0.200")
        self.assertEqual(len(self.api.get(target)["allowed_ips"]), 1)

    def test_case_48_NAT_relations_are_seen_from_both_ends(self):
        local = self.api.block("10.0.0.0/24", network_id="n")
        world = self.api.block("192.0.2.0/24", type="public")
        for block, address in ((local, "10.0.0.5"), (world, "192.0.2.5"), (world, "192.0.2.6")):
            self.api.allocate(block, address=address)
        inside = f"{T}/ip_blocks/{local['id']}/ip_addresses/10.0.0.5/inside_globals"
        body = {"ip_addresses": [{"ip_block_id": world["id"], "ip_address": f"192.0.2.{last}"}
                                 for last in (5, 6)]}
        self.api.expect(201, "POST", inside, body)
        self.assertEqual({each["address"] for each in self.api.get(inside)["ip_addresses"]},
                         {"192.0.2.5", "192.0.2.6"})
        outside = f"{T}/ip_blocks/{world['id']}/ip_addresses/192.0.2.5/inside_locals"
        self.assertEqual([each["address"] for each in self.api.get(outside)["ip_addresses"]],
                         ["10.0.0.5"])
        self.api.expect(204, "DELETE", f"{inside}/192.0.2.5")
        self.assertEqual(self.api.get(outside)["ip_addresses"], [])
        self.api.expect(204, "DELETE", inside)
        self.assertEqual(self.api.get(inside)["ip_addresses"], [])
        self.api.expect(204, "DELETE", f"{T}/ip_blocks/{world['id']}/ip_addresses/192.0.2.5")
        self.refused(422, "POST", inside, body)


class ReservationResourceTest(ResourceTest):
    def test_reservations_are_made_changed_and_refused_when_they_cannot_be(self):
        block = self.api.block("10.0.0.0/24", network_id="n", gateway="10.0.0.1")
        target = f"{NETWORK}/reservations"

        def body(**fields):
            return {"reservation": {"mac": "52:54:00:00:00:01", **fields}}
        made = self.api.expect(201, "POST", target, body(addresses=["10.0.0.9"]))["reservation"]
        for status, wish in ((409, body(addresses=["10.0.0.10"])),
                             (409, body(mac="525400000002", addresses=["10.0.0.9"])),
                             (409, body(mac="525400000002", addresses=["10.0.0.1"])),
                             (422, body(mac="525400000002", addresses=["10.0.1.9"])),
                             (400, body(mac="x", addresses=["10.0.0.10"])),
                             (409, body(client_id="0102", addresses=["10.0.0.10"])),
                             (400, body(mac="525400000002", client_id="01:0x",
                                        addresses=["10.0.0.10"])),
                             (400, {"reservation": {"addresses": ["10.0.0.10"]}}),
                             (400, body(mac="525400000002", addresses=[])),
                             (400, body(mac="525400000002", addresses=["10.0.0.10"],
                                        hostname="web\n1"))):
            self.refused(status, "POST", target, wish)
        self.api.expect(200, "PATCH", f"{target}/{made['id']}",
                        {"reservation": {"addresses": ["10.0.0.20"], "hostname": "web1"}})
        self.assertEqual(self.states(block), {"10.0.0.9": "quarantined",
                                              "10.0.0.20": "reserved"})
        shown = self.api.get(f"{target}/{made['id']}")["reservation"]
        self.assertEqual((shown["hostname"], shown["addresses"]), ("web1", ["10.0.0.20"]))
        self.api.expect(204, "DELETE", f"{target}/{made['id']}")
        self.assertEqual(self.api.get(target)["reservations"], [])
        self.assertEqual(set(self.states(block).values()), {"quarantined"})

    def test_any_reserves_the_next_free_address_of_each_family(self):
        self.api.block("10.0.0.0/24", network_id="n")
        self.api.block("2001:db8::/64", network_id="n")
        made = self.api.expect(201, "POST", f"{NETWORK}/reservations", {
            "reservation": {"mac": "52:54:00:00:00:01", "addresses": "any"}})["reservation"]
        self.assertEqual(made["addresses"], ["10.0.0.1", "2001:db8::1"])


class DefaultBlockTest(ResourceTest):
    more = '[ipam]\ndefault_cidr = "10.64.0.0/24"\ndns = ["192.0.2.53"]\nquarantine_time = "3h"\n'

    def test_a_network_that_does_not_exist_gets_the_block_of_the_configuration(self):
        made = self.plug("vif")["ip_addresses"]
        self.assertEqual([each["address"] for each in made], ["10.64.0.1"])
        block, = self.api.get(f"{T}/ip_blocks")["ip_blocks"]
        self.assertEqual((block["cidr"], block["network_id"], block["type"], block["dns"],
                          block["quarantine_time"]),
                         ("10.64.0.0/24", "n", "private", ["192.0.2.53"], 10800))

    def test_settings_of_the_API_follow_SIGHUP(self):
        self.reload(self.config(more=self.more.replace("192.0.2.53", "192.0.2.54")))
        self.assertEqual(self.api.block("10.0.0.0/24")["dns"], ["192.0.2.54"])


del ApiTest, ResourceTest
