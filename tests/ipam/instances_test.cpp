// SPDX-License-Identifier: Apache-2.0
//
// Instances that are replaced as a whole (ipam.md section 2; the numbers are the cases of its
// section 4).
#include "melange/ipam/instances.h"

#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressState;

class Instances : public IpamTest {
 protected:
  void SetUp() override { block_ = add_block("10.0.0.0/28"); }

  // An interface on the network ("": on none) with the addresses (none: any).
  WantedInterface want(std::string vif, std::uint8_t last, const std::string& network = "net1",
                       std::string_view addresses = "") {
    WantedInterface wanted;
    wanted.vif = std::move(vif);
    if (last != 0) wanted.mac = mac(last);
    if (!network.empty()) wanted.network = network_named(network);
    for (const net::Range& range : test::ranges(addresses)) {
      wanted.addresses.addresses.push_back(range.first());
    }
    return wanted;
  }
  std::string replace(const std::vector<WantedInterface>& wanted, const std::string& device = "vm1",
                      const std::string& tenant = "acme") {
    return ask([&](Draft& draft) { return replace_instance(draft, tenant, device, wanted); });
  }
  // "eth0 02:00:00:00:00:01 10.0.0.1, " with what is allocated to each.
  std::string show(std::string_view device = "vm1") {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    std::string out;
    for (const store::Interface& interface : Draft(view, now()).interfaces_on(device)) {
      out += interface.vif.size() < 20 ? interface.vif : "own";
      if (interface.mac) out += " " + text(*interface.mac);
      for (const auto& key : view.addresses_on(interface.id)) {
        const bool left = view.address(key)->state == AddressState::kQuarantined;
        out += base::cat(' ', left ? "-" : "", text(key.address));
      }
      out += ", ";
    }
    return out;
  }

  store::Block block_;
};

TEST_F(Instances, AreMadeWithTheirInterfacesAndAddresses) {
  EXPECT_EQ(replace({want("eth0", 1), want("eth1", 2, "net1", "10.0.0.9, 10.0.0.7"),
                     want("eth2", 3, "")}),
            "ok");
  EXPECT_EQ(show(),
            "eth0 02:00:00:00:00:01 10.0.0.1, eth1 02:00:00:00:00:02 10.0.0.7 10.0.0.9, "
            "eth2 02:00:00:00:00:03, ");
}

TEST_F(Instances, Case45_WithOneBadInterfaceStayAsTheyWere) {
  ASSERT_EQ(replace({want("eth0", 1)}), "ok");
  const std::string before = dump();
  EXPECT_EQ(replace({want("eth1", 2), want("eth2", 3, "net1", "10.0.0.15")}).substr(0, 77),
            "conflict; interfaces[1].addresses: 10.0.0.15: Address is already allocated: i");
  EXPECT_EQ(replace({want("eth1", 2), want("eth1", 3)}),
            "invalid; interfaces[1].id: is named twice");
  EXPECT_EQ(replace({want("eth1", 2), want("eth2", 2)}),
            "conflict; interfaces[1].mac_address: 02:00:00:00:00:02 is another interface's");
  EXPECT_EQ(replace({}, ""), "invalid; device_id: is missing");
  EXPECT_EQ(dump(), before);
}

TEST_F(Instances, ThatAreReplacedByTheSameChangeNothing) {
  const std::vector wanted{want("eth0", 1), want("eth1", 2, "net1", "10.0.0.9"), want("", 3),
                           want("", 0)};
  ASSERT_EQ(replace(wanted), "ok");
  const std::string before = dump();
  EXPECT_EQ(replace(wanted), "ok");
  EXPECT_EQ(dump(), before);
}

TEST_F(Instances, GiveUpWhatIsNotWantedAnyMore) {
  ASSERT_EQ(replace({want("eth0", 1), want("eth1", 2)}), "ok");
  EXPECT_EQ(replace({want("eth1", 2, "")}), "ok");
  EXPECT_EQ(show(), "eth1 02:00:00:00:00:02 -10.0.0.2, ");
  EXPECT_EQ(find(block_, "10.0.0.1")->state, AddressState::kQuarantined);
  EXPECT_FALSE(find_interface("eth0"));
}

TEST_F(Instances, GiveTheMacOfOneInterfaceToAnother) {
  ASSERT_EQ(replace({want("eth0", 1, "")}), "ok");
  EXPECT_EQ(replace({want("new0", 1, "")}), "ok");
  EXPECT_EQ(show(), "new0 02:00:00:00:00:01, ");
  EXPECT_EQ(store_.snapshot()->view().interface_with(mac(1)), find_interface("new0")->id);
  // A name may stay while the MAC is another.
  EXPECT_EQ(replace({want("new0", 2, "")}), "ok");
  EXPECT_EQ(show(), "new0 02:00:00:00:00:02, ");
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

TEST_F(Instances, PassAddressesFromOneInterfaceToAnother) {
  ASSERT_EQ(replace({want("eth0", 1, "net1", "10.0.0.5"), want("eth1", 2, "net1", "10.0.0.6")}),
            "ok");
  EXPECT_EQ(replace({want("eth0", 1, "net1", "10.0.0.6"), want("eth1", 2, "net1", "10.0.0.5")}),
            "ok");
  EXPECT_EQ(show(), "eth0 02:00:00:00:00:01 10.0.0.6, eth1 02:00:00:00:00:02 10.0.0.5, ");
  EXPECT_EQ(state(block_, "10.0.0.5"), "reserved mac 02:00:00:00:00:02");
}

TEST_F(Instances, DoNotPassAnAddressOnThatAnotherHasOnLease) {
  ASSERT_EQ(replace({want("eth0", 1, "net1", "10.0.0.5")}), "ok");
  lease(block_, "10.0.0.5", 1, 5000, AddressState::kBound);
  EXPECT_EQ(replace({want("eth1", 2, "net1", "10.0.0.5")}).substr(0, 112),
            "conflict; interfaces[0].addresses: 10.0.0.5: Address is already allocated: leased to "
            "mac 02:00:00:00:00:01 until");
  // With the MAC, the lease goes along.
  EXPECT_EQ(replace({want("eth1", 1, "net1", "10.0.0.5")}), "ok");
  EXPECT_EQ(find(block_, "10.0.0.5")->state, AddressState::kBound);
  EXPECT_EQ(show(), "eth1 02:00:00:00:00:01 10.0.0.5, ");
}

TEST_F(Instances, MoveToAnotherNetwork) {
  add_block("10.0.0.0/28", "net2");
  ASSERT_EQ(replace({want("eth0", 1)}), "ok");
  EXPECT_EQ(replace({want("eth0", 1, "net2")}), "ok");
  EXPECT_EQ(show(), "eth0 02:00:00:00:00:01 -10.0.0.1 10.0.0.1, ");
}

TEST_F(Instances, TakeAnInterfaceAlongFromAnotherDevice) {
  ASSERT_EQ(replace({want("eth0", 1)}, "vm2"), "ok");
  EXPECT_EQ(replace({want("eth0", 0)}), "ok");
  EXPECT_EQ(show("vm2"), "");
  EXPECT_EQ(show(), "eth0 02:00:00:00:00:01 10.0.0.1, ");
  EXPECT_EQ(replace({want("eth0", 0)}, "vm3", "other"),
            "not found; interfaces[0].interface_id: Interface 'eth0' is not this tenant's");
}

TEST_F(Instances, AreReplacedWhosesoeverTheyWere) {
  ASSERT_EQ(replace({want("eth0", 1)}), "ok");
  EXPECT_EQ(replace({want("eth0", 1, "")}, "vm1", "other"), "ok");
  EXPECT_EQ(find_interface("eth0")->tenant, "other");
  EXPECT_EQ(find(block_, "10.0.0.1")->state, AddressState::kQuarantined);
}

TEST_F(Instances, AreDeletedWithTheirInterfaces) {
  ASSERT_EQ(replace({want("eth0", 1), want("eth1", 2)}), "ok");
  EXPECT_EQ(ask([&](Draft& draft) { return delete_instance(draft, "vm1"); }), "ok");
  EXPECT_EQ(show(), "");
  EXPECT_EQ(find(block_, "10.0.0.2")->state, AddressState::kQuarantined);
}

}  // namespace
}  // namespace melange::ipam
