// SPDX-License-Identifier: Apache-2.0
#include "explain.h"

#include <algorithm>
#include <memory>

#include "melange/base/bytes.h"
#include "melange/base/text.h"
#include "melange/wire/client_system.h"
#include "melange/wire/dhcp4.h"
#include "melange/wire/options4.h"
#include "show.h"

namespace melange::admin {
namespace {

namespace code = wire::option4;
using base::Bytes;
using Octets = std::vector<std::uint8_t>;

constexpr std::size_t kLongestId = 250;  // a circuit-id and its header fit one option 82

struct OwnField {
  std::uint8_t code;
  std::string_view message;
};
// What no client says twice.
constexpr std::array kOwnFields{
    OwnField{code::kMessageType, "is the packet's type"},
    OwnField{code::kRequestedAddress, "is the packet's address"},
    OwnField{code::kServerId, "is the packet's server_id"},
    OwnField{code::kRelayAgentInformation, "is the packet's circuit_id and remote_id"},
};

// Reads a body into a question, and notes what is wrong with it.
class Reader {
 public:
  explicit Reader(const Call& call) : call_(call), body_(call.body) {}

  std::expected<Question, Problem> read() {
    question_.type = body_.get_or<std::string>("type", "discover");
    question_.mac = *body_.get<net::Mac>("mac");
    question_.interface = body_.get_or<std::string>("interface", "");
    question_.relay = address("relay");
    question_.address = address("address");
    question_.server_id = address("server_id");
    if (body_.get<std::string>("interface") != nullptr && question_.relay) {
      fault("relay", "is given beside interface: a client is behind the one or on the other");
    }
    question_.options = body_.get_or<Options>("options", {});
    for (const OwnField& own : kOwnFields) {
      if (has(own.code)) fault("options", base::cat("option ", own.code, ' ', own.message));
    }
    read_sent();
    put_relay_information("circuit_id", 1);
    put_relay_information("remote_id", 2);
    if (!faults_.empty()) return std::unexpected(invalid(std::move(faults_)));
    return std::move(question_);
  }

 private:
  void fault(std::string_view field, std::string message) {
    faults_.push_back({std::string(field), std::move(message)});
  }
  bool has(std::uint8_t option) const {
    return std::ranges::count(question_.options, option, &store::OptionValue::code) != 0;
  }
  // An option that is given by its number goes before the field.
  void put(std::uint8_t option, Octets octets) {
    if (!has(option)) question_.options.push_back({option, std::move(octets)});
  }

  std::optional<net::Ipv4> address(std::string_view field) {
    const auto* given = body_.get<net::Address>(field);
    if (given == nullptr) return std::nullopt;
    if (given->is_v4()) return given->v4();
    fault(field, "expects an IPv4 address");
    return std::nullopt;
  }

  Octets hex(std::string_view field) {
    const auto* given = body_.get<std::string>(field);
    if (given == nullptr) return {};
    const auto octets = base::parse_hex(*given);
    if (octets && !octets->empty() && octets->size() <= kLongestId) return *octets;
    fault(field, base::cat("expects 1 to ", kLongestId, " octets in hex"));
    return {};
  }

  void put_text(std::string_view field, std::uint8_t option) {
    const auto* given = body_.get<std::string>(field);
    if (given == nullptr) return;
    auto octets = call_.context.settings.options.encode(option, wire::Datum{*given});
    if (!octets) return fault(field, octets.error());
    put(option, std::move(*octets));
  }

  void put_arch() {
    const auto* given = body_.get<std::string>("arch");
    if (given == nullptr) return;
    const auto codes = wire::arch_codes(*given);
    if (codes.empty()) return fault("arch", "expects a name such as efi-x64, or a number");
    Octets octets(2);
    base::ByteWriter(octets).u16(codes[0]);
    put(code::kClientSystem, std::move(octets));
  }

  void read_sent() {
    if (Octets id = hex("client_id"); !id.empty()) put(code::kClientId, std::move(id));
    put_text("vendor_class", code::kVendorClass);
    put_text("user_class", code::kUserClass);
    put_text("hostname", code::kHostName);
    put_arch();
    const auto* parameters = body_.get<Codes>("parameters");
    if (parameters != nullptr && !parameters->empty()) {
      put(code::kParameterRequestList, *parameters);
    }
  }

  void put_relay_information(std::string_view field, std::uint8_t suboption) {
    const Octets octets = hex(field);
    if (octets.empty()) return;
    Octets& out = question_.relay_information;
    out.push_back(suboption);
    out.push_back(static_cast<std::uint8_t>(octets.size()));
    out.insert(out.end(), octets.begin(), octets.end());
  }

  const Call& call_;
  const Body& body_;
  Question question_;
  Faults faults_;
};

json::value seconds_in(const wire::Message4& reply, std::uint8_t option) {
  if (!reply.has(option)) return nullptr;
  return base::ByteReader(reply.option(option)).u32();
}

// A field that ends with its first NUL.
std::string text_in(Bytes field) {
  const std::string_view text = base::text_of(field);
  return base::escape(text.substr(0, text.find('\0')));
}

store::Boot boot_in(const wire::Message4& reply) {
  const net::Ipv4 server = reply.header().siaddr;
  return {server.is_unspecified() ? std::nullopt : std::optional<net::Address>(server),
          text_in(reply.sname()), text_in(reply.file())};
}

json::object options_in(const wire::Message4& reply, const wire::OptionTable4& table) {
  std::vector<store::OptionValue> options;
  for (const std::uint8_t option : reply.codes()) {
    const Bytes octets = reply.option(option);
    options.push_back({option, Octets(octets.begin(), octets.end())});
  }
  return show(table, options);
}

json::value record_of(const Call& call, const Explanation& told) {
  const auto record = told.subject ? call.view().address(*told.subject) : std::nullopt;
  if (!record) return nullptr;
  const std::string identity = record->identity.empty() ? "" : text(record->identity);
  return json::object{{"state", text(record->state)},
                      {"identity", or_null(identity)},
                      {"until", show(record->expires)}};
}

json::object shown(const Call& call, const Explanation& told, const std::string& network) {
  const auto reply = std::make_unique<wire::Message4>();
  // Without a reply there are no options either.
  static_cast<void>(reply->read(told.reply));
  const std::string address = told.subject ? text(told.subject->address) : "";
  return {{"answer", told.answer},
          {"reason", told.reason},
          {"why", told.why},
          {"query", told.query},
          {"decision", told.decision},
          {"network", or_null(network)},
          {"block", or_null(told.block)},
          {"pool", or_null(told.pool)},
          {"address", or_null(address)},
          {"lease_time", seconds_in(*reply, code::kLeaseTime)},
          {"renewal_time", seconds_in(*reply, code::kRenewalTime)},
          {"rebinding_time", seconds_in(*reply, code::kRebindingTime)},
          {"classes", json::array(told.classes.begin(), told.classes.end())},
          {"identity", or_null(told.identity)},
          {"reservation", told.reservation},
          {"to", or_null(told.to)},
          {"options", options_in(*reply, call.context.settings.options)},
          {"boot", show(boot_in(*reply))},
          {"record", record_of(call, told)}};
}

// The network's tenant; nothing if there is none.
std::optional<store::Network> network_of(const Call& call, const Explanation& told) {
  return told.network ? call.view().network(*told.network) : std::nullopt;
}

}  // namespace

Answer explain(const Call& call) {
  if (!call.context.explain) {
    return std::unexpected(Problem{503, "", "nobody answers on the wire here", {}});
  }
  const auto question = Reader(call).read();
  if (!question) return std::unexpected(question.error());
  const auto told = call.context.explain(*question, call.view(), call.now());
  const auto network = told ? network_of(call, *told) : std::nullopt;
  const Principal& principal = call.context.principal;
  // Which links and which other networks there are is not for tenants to know.
  if (!principal.admin && !(network && principal.reaches(network->tenant))) {
    return std::unexpected(not_found("network"));
  }
  if (!told) return std::unexpected(invalid(told.error().field, told.error().message));
  Reply reply;
  reply.body.emplace("explanation", shown(call, *told, network ? network->name : ""));
  return reply;
}

}  // namespace melange::admin
