// SPDX-License-Identifier: Apache-2.0
//
// The bodies of Boost.Asio's functions, compiled once (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
