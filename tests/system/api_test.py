# SPDX-License-Identifier: Apache-2.0
"""Blocks, policies and addresses over the real HTTP server, and what all resources share: pages,
ETags, Idempotency-Key, errors, the old prefix. A representative set of the cases of ipam.md, whose
numbers the tests' names carry; all of them are tests of the handlers.
"""

from api import ApiTest, T
from lab import wait_until


class BlocksTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def refused(self, status: int, body: dict, target: str = f"{T}/ip_blocks") -> str:
        """All that the problem says, as one text."""
        problem = self.check_problem(self.api.ask("POST", target, body), status)
        return problem.get("detail", "") + str(problem.get("errors", ""))

    def test_case_3_13_a_block_is_stored_as_its_network_with_all_that_follows_from_it(self):
        block = self.api.block("10.0.0.1/31")
        self.assertEqual(block["cidr"], "10.0.0.0/31")
        four = self.api.block("10.1.0.0/24", network_id="a")
        self.assertEqual((four["broadcast"], four["netmask"]), ("10.1.0.255", "255.255.255.0"))
        six = self.api.block("2001:DB8:0:0::/64")
        self.assertEqual((six["cidr"], six["netmask"]), ("2001:db8::/64", "64"))
        self.assertEqual([b["id"] for b in self.api.get(f"{T}/ip_blocks")["ip_blocks"]],
                         [block["id"], four["id"], six["id"]], "in the order of creation")

    def test_case_1_2_all_faults_of_a_request_are_told_at_once_and_nothing_is_changed(self):
        body = {"ip_block": {"cidr": "10.1.0.0/33", "type": "odd", "colour": "red",
                             "gateway": "10..1"}}
        problem = self.check_problem(self.api.ask("POST", f"{T}/ip_blocks", body), 400)
        self.assertEqual({error["field"].removeprefix("ip_block.") for error in problem["errors"]},
                         {"cidr", "type", "colour", "gateway"})
        body = {"ip_block": {"cidr": "10.1.0.0/24", "tenant_id": "other"}}
        self.assertIn("tenant_id", self.refused(400, body))
        self.assertEqual(self.api.get(f"{T}/ip_blocks"), {"ip_blocks": []})
        self.assertEqual(self.api.changes(), [])

    def test_case_4_to_9_blocks_that_overlap_or_leave_their_parent_are_refused(self):
        self.api.block("10.0.0.0/8", type="public")
        foreign = "/v1/tenants/acme/ip_blocks"
        said = self.refused(400, {"ip_block": {"cidr": "10.9.9.0/30", "type": "public"}}, foreign)
        self.assertIn("overlaps with public block", said)
        self.assertNotIn("10.0.0.0/8", said.replace("public block 10.0.0.0/8", ""))
        one = self.api.block("172.16.0.0/29", network_id="1")
        self.api.block("172.16.0.0/29", network_id="2")
        said = self.refused(400, {"ip_block": {"cidr": "172.16.0.0/31", "network_id": "1"}})
        self.assertIn("in same network", said)
        subnets = f"{T}/ip_blocks/{one['id']}/subnets"
        said = self.refused(400, {"subnet": {"cidr": "172.16.0.16/29"}}, subnets)
        self.assertIn("within parent block", said)
        self.api.expect(201, "POST", subnets, {"subnet": {"cidr": "172.16.0.0/31"}})
        said = self.refused(400, {"subnet": {"cidr": "172.16.0.0/30"}}, subnets)
        self.assertIn("overlaps with sibling", said)

    def test_case_11_22_a_subnet_inherits_and_is_the_next_free_one_of_its_length(self):
        parent = self.api.block("10.0.0.0/24", network_id="n", gateway="10.0.0.1")
        subnets = f"{T}/ip_blocks/{parent['id']}/subnets"
        made = [self.api.expect(201, "POST", subnets, {"subnet": {"prefix_length": 26}})
                for _ in range(4)]
        self.assertEqual([child["subnet"]["cidr"] for child in made],
                         [f"10.0.0.{64 * i}/26" for i in range(4)])
        for child in made:
            self.assertEqual([child["subnet"][key] for key in ("network_id", "parent_id",
                                                               "type", "tenant_id")],
                             ["n", parent["id"], "private", "default"])
        self.refused(422, {"subnet": {"prefix_length": 26}}, subnets)
        self.assertIn("Subnetted", self.refused(
            422, {"ip_address": {}}, f"{T}/ip_blocks/{parent['id']}/ip_addresses"))

    def test_case_14_another_tenants_block_is_not_found_by_any_verb(self):
        block = self.api.block("10.0.0.0/24")
        for method, below, body in (("GET", "", None), ("DELETE", "", None),
                                    ("PUT", "", {"ip_block": {"name": "x"}}),
                                    ("PATCH", "", {"ip_block": {"name": "x"}}),
                                    ("GET", "/ip_addresses", None), ("GET", "/subnets", None),
                                    ("POST", "/ip_addresses", {"ip_address": {}}),
                                    ("POST", "/subnets", {"subnet": {"prefix_length": 26}})):
            target = f"/v1/tenants/acme/ip_blocks/{block['id']}{below}"
            self.check_problem(self.api.ask(method, target, body), 404)
        self.assertEqual(len(self.api.changes()), 1)

    def test_case_15_a_block_with_addresses_goes_by_force_with_all_depths_in_one_revision(self):
        parent = self.api.block("10.0.0.0/24")
        child = self.api.expect(201, "POST", f"{T}/ip_blocks/{parent['id']}/subnets",
                                {"subnet": {"cidr": "10.0.0.0/25"}})["subnet"]
        self.api.allocate(child, interface_id="vif")
        target = f"{T}/ip_blocks/{parent['id']}"
        self.check_problem(self.api.ask("DELETE", target), 409)
        before = len(self.api.changes())
        self.api.expect(204, "DELETE", target + "?force=true")
        self.assertEqual(self.api.get(f"{T}/ip_blocks"), {"ip_blocks": []})
        events = self.api.changes()[before:]
        self.assertEqual(sorted(each["event"] for each in events),
                         ["address.freed", "block.deleted", "block.deleted"])
        self.assertEqual(len({each["revision"] for each in events}), 1)

    def test_case_16_49_lists_are_filtered_and_paged(self):
        made = [self.api.block(f"10.{i}.0.0/24", type="public")["id"] for i in range(5)]
        self.api.block("10.0.0.0/24")
        page = self.api.get(f"{T}/ip_blocks?type=public&limit=2&marker={made[1]}")
        self.assertEqual([block["id"] for block in page["ip_blocks"]], made[2:4])
        link, = page["ip_blocks_links"]
        last = self.api.get(link["href"])
        self.assertEqual(([block["id"] for block in last["ip_blocks"]], link["rel"]),
                         (made[4:], "next"))
        self.assertNotIn("ip_blocks_links", last)
        for query in ("limit=0", "limit=abc", "limit=1001", "limit=-1", "marker=x", "colour=red"):
            self.check_problem(self.api.ask("GET", f"{T}/ip_blocks?{query}"), 400)

    def test_case_52_a_stale_If_Match_is_refused_and_a_known_ETag_spares_the_body(self):
        block = self.api.block("10.0.0.0/24", name="old")
        target = f"{T}/ip_blocks/{block['id']}"
        tag = self.api.ask("GET", target).field("etag")
        self.assertRegex(tag, r'^"[^"]+"$')
        self.assertEqual(self.api.ask("GET", target, fields={"If-None-Match": tag}).status, 304)
        change = {"ip_block": {"name": "new"}}
        self.api.expect(200, "PUT", target, change, if_match=tag)
        for method, body in (("PUT", {"ip_block": {"name": "newer"}}),
                             ("PATCH", {"ip_block": {"name": "newer"}}), ("DELETE", None)):
            answer = self.api.ask(method, target, body, {"If-Match": tag})
            self.check_problem(answer, 412)
        shown = self.api.get(target)["ip_block"]
        self.assertEqual((shown["name"], shown["cidr"]), ("new", "10.0.0.0/24"))
        self.check_problem(self.api.ask("PUT", target, {"ip_block": {"cidr": "10.0.0.0/25"}}), 400)


class AddressesTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def refused(self, status: int, block: dict, **fields) -> str:
        answer = self.api.ask("POST", f"{T}/ip_blocks/{block['id']}/ip_addresses",
                              {"ip_address": fields})
        return self.check_problem(answer, status).get("detail", "")

    def test_case_17_18_small_blocks_give_all_usable_addresses_and_are_full_then(self):
        for cidr, usable in (("10.0.0.0/30", ["10.0.0.1", "10.0.0.2"]),
                             ("10.0.1.0/31", ["10.0.1.0", "10.0.1.1"]),
                             ("10.0.2.7/32", ["10.0.2.7"])):
            block = self.api.block(cidr)
            self.assertEqual([self.api.allocate(block)["address"] for _ in usable], usable)
            self.assertIn("full", self.refused(422, block).lower())

    def test_case_19_to_21_what_is_taken_or_outside_is_refused(self):
        block = self.api.block("10.0.0.0/24", gateway="10.0.0.1")
        self.api.allocate(block, address="10.0.0.9")
        for status, address in ((409, "10.0.0.1"), (409, "10.0.0.255"), (409, "10.0.0.0"),
                                (409, "10.0.0.9"), (422, "10.0.1.9"), (422, "2001:db8::1"),
                                (400, "10.0.0.09"), (400, "ten")):
            self.refused(status, block, address=address)

    def test_case_23_34_a_policy_denies_its_ranges_and_octets(self):
        policy = self.api.expect(201, "POST", f"{T}/policies", {"policy": {"name": "p"}})["policy"]
        rules = f"{T}/policies/{policy['id']}"
        for body in ({"offset": "1", "length": 1}, {"offset": -3, "length": 2}):
            self.api.expect(201, "POST", f"{rules}/unusable_ip_ranges", {"ip_range": body})
        self.api.expect(201, "POST", f"{rules}/unusable_ip_octets", {"ip_octet": {"octet": 3}})
        for length in (0, -1, "x"):
            answer = self.api.ask("POST", f"{rules}/unusable_ip_ranges",
                                  {"ip_range": {"offset": 0, "length": length}})
            self.check_problem(answer, 400)
        block = self.api.block("10.0.0.0/29", policy_id=policy["id"])
        self.assertEqual([self.api.allocate(block)["address"] for _ in range(2)],
                         ["10.0.0.2", "10.0.0.4"])
        self.assertIn("full", self.refused(422, block).lower())
        for denied in ("10.0.0.1", "10.0.0.3", "10.0.0.5", "10.0.0.6"):
            self.assertIn("policy", self.refused(422, block, address=denied))
        self.api.expect(204, "DELETE", rules)
        self.assertIsNone(self.api.get(f"{T}/ip_blocks/{block['id']}")["ip_block"]["policy_id"])
        self.assertEqual(self.api.allocate(block)["address"], "10.0.0.1")

    def test_case_27_29_deallocation_is_soft_and_undone_by_restore(self):
        block = self.api.block("10.0.0.0/24", quarantine_time=100)
        self.api.allocate(block, address="10.0.0.9", interface_id="vif-1")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses/10.0.0.9"
        self.api.expect(204, "DELETE", target)
        gone = self.api.address(block, "10.0.0.9")
        self.assertEqual((gone["state"], gone["allocated"]), ("quarantined", False))
        self.api.expect(204, "DELETE", target)
        self.assertEqual(self.api.address(block, "10.0.0.9")["expires_at"], gone["expires_at"],
                         "the clock is not started again")
        self.refused(409, block, address="10.0.0.9")
        self.assertEqual(self.api.get(f"{T}/allocated_ip_addresses")["ip_addresses"], [])
        listed = self.api.get(f"{T}/ip_blocks/{block['id']}/ip_addresses")["ip_addresses"]
        self.assertEqual([each["state"] for each in listed], ["quarantined"])
        self.api.expect(200, "PUT", target + "/restore")
        back = self.api.address(block, "10.0.0.9")
        self.assertEqual((back["state"], back["interface_id"]), ("reserved", "vif-1"))

    def test_case_28_at_the_end_of_the_quarantine_the_address_is_free(self):
        block = self.api.block("10.0.0.0/30", quarantine_time=2)
        first = self.api.allocate(block)["address"]
        self.api.allocate(block)
        self.api.expect(204, "DELETE", f"{T}/ip_blocks/{block['id']}/ip_addresses/{first}")
        self.refused(422, block)
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"

        def allocated():
            answer = self.api.ask("POST", target, {"ip_address": {}})
            return answer.json["ip_address"]["address"] if answer.status == 201 else None
        self.assertEqual(wait_until(allocated, 5, "the quarantine's end"), first)

    def test_case_30_31_IPv6_addresses_are_made_by_the_generator_and_found_in_any_spelling(self):
        made = {}
        for generator, tenant, mac, text in (
                ("eui64", "default", "52:54:00:12:34:57", "2001:db8:1:2:5054:ff:fe12:3457"),
                ("tenant", "acme", "525400123456", "2001:db8:1:2:293a:bb6b:ff12:3456")):
            blocks = f"/v1/tenants/{tenant}/ip_blocks"
            body = {"ip_block": {"cidr": "2001:db8:1:2::/64", "generator": generator}}
            block = self.api.expect(201, "POST", blocks, body)["ip_block"]
            target = f"{blocks}/{block['id']}/ip_addresses"
            body = {"ip_address": {"mac_address": mac}}
            address = self.api.expect(201, "POST", target, body)["ip_address"]
            self.assertEqual((address["address"], address["state"]), (text, "reserved"))
            for spelling in (text.upper(), text.replace("2001:db8:1:", "2001:0db8:0001:")):
                self.assertEqual(self.api.get(f"{target}/{spelling}")["ip_address"], address)

    def test_several_addresses_are_allocated_at_once_or_none(self):
        block = self.api.block("10.0.0.0/28")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        body = {"ip_address": {"count": 4, "contiguous": True, "exclude": ["10.0.0.2"]}}
        made = self.api.expect(201, "POST", target, body)["ip_addresses"]
        self.assertEqual([each["address"] for each in made],
                         [f"10.0.0.{last}" for last in range(3, 7)])
        self.refused(422, block, count=11)
        self.assertEqual(len(self.api.get(target)["ip_addresses"]), 4)

    def test_utilization_is_exact_for_a_slash_32_of_IPv6(self):
        block = self.api.block("2001:db8::/32")
        self.api.allocate(block)
        text = self.api.ask("GET", f"{T}/ip_blocks/{block['id']}/utilization").body.decode()
        self.assertIn(str(2 ** 96), text)
        self.assertIn(str(2 ** 96 - 2), text)


class ConventionsTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def test_v0_1_reaches_the_same_objects_with_the_old_errors(self):
        old = "/v0.1/ipam/tenants/default/ip_blocks"
        block = self.api.expect(201, "POST", old, {"ip_block": {"cidr": "10.0.0.0/24"}})
        block = block["ip_block"]
        self.assertEqual(self.api.get(f"{T}/ip_blocks/{block['id']}")["ip_block"], block)
        answer = self.api.ask("GET", f"{old}/x")
        self.assertEqual(answer.status, 404)
        self.assertEqual(set(answer.json), {"NotFound"})
        self.assertEqual((answer.json["NotFound"]["code"], set(answer.json["NotFound"])),
                         (404, {"code", "message", "detail"}))
        self.assertEqual(self.api.ask("DELETE", f"{old}/{block['id']}").status, 200)
        self.check_problem(self.api.ask("GET", f"{T}/ip_blocks/{block['id']}"), 404)

    def test_a_creation_tells_where_the_object_is_and_HEAD_has_no_body(self):
        answer = self.api.ask("POST", f"{T}/ip_blocks", {"ip_block": {"cidr": "10.0.0.0/24"}})
        location = answer.field("location")
        self.assertEqual(self.api.get(location), answer.json)
        with self.unix() as connection:
            connection.send(f"HEAD {location} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 2)
            for _ in range(2):
                head = connection.head()
                self.assertEqual(head.status, 200)
                self.assertEqual(int(head.field("content-length")), len(answer.body))
            self.assertEqual(connection.buffer, b"")

    def test_case_51_an_Idempotency_Key_gives_the_same_octets_and_one_address(self):
        block = self.api.block("10.0.0.0/24")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        body = {"ip_address": {"interface_id": "vif"}}
        first, second = (self.api.ask("POST", target, body, {"Idempotency-Key": "k-1"})
                         for _ in range(2))
        self.assertEqual(first.status, 201)
        self.assertEqual(second, first, "with all fields, too")
        other = self.api.ask("POST", target, {"ip_address": {}}, {"Idempotency-Key": "k-1"})
        self.check_problem(other, 422)
        self.restart()
        self.assertEqual(self.api.ask("POST", target, body, {"Idempotency-Key": "k-1"}), first)
        self.assertEqual(len(self.api.get(target)["ip_addresses"]), 1)
        for key in ("", "x" * 256):
            self.check_problem(self.api.ask("POST", target, body, {"Idempotency-Key": key}), 400)

    def test_the_description_names_every_resource_that_answers(self):
        document = self.api.get("/openapi.json")
        self.assertEqual(document["openapi"][:4], "3.1.")
        for path in document["paths"]:
            target = path.replace("{tenant}", "default")
            for name in ("block_id", "policy_id", "network_id", "vif", "address", "device",
                         "handle", "rule_id", "route_id", "range_id", "reservation_id", "other"):
                target = target.replace(f"{{{name}}}", "x")
            self.assertNotIn("{", target)
            answer = self.api.ask("GET", target)
            self.assertIn(answer.status, (200, 404, 405), target)
            if answer.status == 404:
                self.assertNotIn("no such resource", answer.json["detail"], target)

    def test_methods_types_and_forms_that_no_resource_takes_are_refused_by_name(self):
        target = f"{T}/ip_blocks"
        answer = self.api.ask("PUT", target, {"ip_block": {}})
        self.check_problem(answer, 405)
        self.assertEqual(set(answer.field("allow").split(", ")) & {"GET", "POST"}, {"GET", "POST"})
        self.check_problem(self.api.ask("GET", target, fields={"Accept": "text/html"}), 406)
        self.check_problem(self.api.ask("POST", target, {"cidr": "10.0.0.0/24"}), 400)
        self.check_problem(self.api.ask("POST", target, [1]), 400)
        self.check_problem(self.api.ask("POST", target, {"ip_block": {"cidr": 7}}), 400)
        self.check_problem(self.api.ask("POST", target, b""), 400)
        self.assertEqual(self.api.changes(), [])


del ApiTest
