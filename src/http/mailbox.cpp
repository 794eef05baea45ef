// SPDX-License-Identifier: Apache-2.0
#include "mailbox.h"

#include <utility>

namespace melange::http {

Reply Mailbox::reply_to(Ticket ticket) {
  return [mailbox = shared_from_this(), ticket](Response response) {
    mailbox->put({ticket, std::move(response)});
  };
}

void Mailbox::put(Letter letter) {
  const std::scoped_lock lock(mutex_);
  if (!wake_) return;
  contents_.letters.push_back(std::move(letter));
  wake_once();
}

void Mailbox::notify() {
  const std::scoped_lock lock(mutex_);
  if (!wake_) return;
  contents_.notified = true;
  wake_once();
}

void Mailbox::wake_once() {
  if (!std::exchange(woken_, true)) wake_();
}

Mailbox::Contents Mailbox::take() {
  const std::scoped_lock lock(mutex_);
  woken_ = false;
  return std::exchange(contents_, {});
}

void Mailbox::close() {
  Contents unread;
  const std::scoped_lock lock(mutex_);
  wake_ = nullptr;
  std::swap(unread, contents_);
}

}  // namespace melange::http
