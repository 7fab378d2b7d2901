// SPDX-License-Identifier: MIT
/// @file
/// The changes of one commit of a map.
#pragma once

#include <vpr/local/precision.hpp>
#include <vpr/map/blocks.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vpr::detail {

/// Gathers changes of blocks and writes each block once, as soon as it is full or at `finish`.
class MapEditor {
 public:
  /// @param before  what is there; null for a map that is new, of `header`
  MapEditor(WriteTransaction& transaction, const MapBlocks* before, MapHeader header)
      : transaction_(transaction), before_(before), header_(std::move(header)), layout_(header_.precision, header_.dimensions) {
    if (before != nullptr) sessions_ = before->sessions();
    for (std::size_t i = 0; i < sessions_.size(); ++i) session_numbers_.emplace(sessions_[i], static_cast<std::uint32_t>(i));
    if (before != nullptr && before->size() > 0 && before->rows(before->size() - 1) < layout_.rows())
      last_ = before->first_id(before->size() - 1);
  }

  const MapHeader& header() const { return header_; }
  const BlockLayout& layout() const { return layout_; }

  /// Appends a place under an id not below those there are.
  void append(std::int64_t id, const Place& place, const EncodedRow& descriptor) {
    VPR_REQUIRE(ConfigError, id < std::numeric_limits<std::int64_t>::max(), "place '", place.name, "': got id ", id,
                ", expected a lower one: the next place needs one, too");
    if (!last_) last_ = id;
    Block& block = edited(*last_);
    layout_.put(block.descriptors, std::ssize(block.rows), descriptor);
    block.rows.emplace_back().id = id;
    block.details.emplace_back();
    fill(block, block.rows.size() - 1, place);
    header_.next_id = id + 1;
    ++header_.places;
    if (std::ssize(block.rows) == layout_.rows()) {
      write(*last_, block);
      blocks_.erase(*last_);
      last_.reset();
    }
  }

  /// So that ids of places that are gone are not given again.
  void keep_next_id(std::int64_t id) { header_.next_id = std::max(header_.next_id, id); }

  /// Another place and descriptor under an id that is there.
  void replace(std::int64_t id, const Place& place, const EncodedRow& descriptor) {
    const auto [block, row] = row_of(id);
    layout_.put(block->descriptors, static_cast<std::int64_t>(row), descriptor);
    fill(*block, row, place);
  }

  /// Its descriptor, name and position are written over with nothing.
  void remove(std::int64_t id) {
    const auto [block, row] = row_of(id);
    const std::vector<float> zeros(static_cast<std::size_t>(layout_.dim()), 0.0F);
    layout_.put(block->descriptors, static_cast<std::int64_t>(row), layout_.encode(zeros.data()));
    block->rows[row] = {};
    block->rows[row].id = id;
    block->details[row] = {};
    --header_.places;
    put_local(id, std::nullopt);
  }

  /// @param features  in place of those there are; none takes them away
  void put_local(std::int64_t id, const std::optional<LocalFeatures>& features, LocalPrecision precision = LocalPrecision::float16) {
    if (!features) return put_value(map_key(MapKind::local, id), {}, std::nullopt);
    const auto fits = [](std::int64_t extent) { return extent >= 0 && extent <= 1 << 16; };
    VPR_REQUIRE(ShapeError, fits(features->grid.height) && fits(features->grid.width) && fits(features->channels),
                "local features of place ", id, ": got ", features->grid.height, "x", features->grid.width, "x", features->channels,
                ", at most 65536 each are supported");
    const std::vector<std::byte> bytes = encode(*features, precision);
    VPR_REQUIRE(ShapeError, bytes.size() < std::size_t{1} << 31, "local features of place ", id, ": are ", bytes.size(),
                " bytes, at most 2 GiB are supported");
    put_local(id,
              {static_cast<std::uint32_t>(features->grid.height), static_cast<std::uint32_t>(features->grid.width),
               static_cast<std::uint32_t>(features->channels), static_cast<std::uint32_t>(precision)},
              features->keypoints.size(), bytes);
  }
  /// Local features as another map keeps them.
  void put_local(std::int64_t id, const std::array<std::uint32_t, 4>& fields, std::uint64_t keypoints, std::span<const std::byte> bytes) {
    ValueHeader header;
    header.count = keypoints;
    std::copy(fields.begin(), fields.end(), header.fields);
    put_value(map_key(MapKind::local, id), header, bytes);
  }
  void put_attachment(std::string_view name, const std::optional<std::string_view>& content) {
    VPR_REQUIRE(ConfigError, !name.empty() && name.size() <= 500, "an attachment's name has ", name.size(), " bytes, expected 1 to 500");
    std::optional<std::span<const std::byte>> bytes;
    if (content) bytes = std::as_bytes(std::span(*content));
    put_value(map_key(MapKind::attachment, name), {}, bytes);
  }

  /// Writes what is left, and the header.
  void finish() {
    for (const auto& [first_id, block] : blocks_) write(first_id, block);
    blocks_.clear();
    if (before_ == nullptr || sessions_.size() != before_->sessions().size()) {
      ByteWriter out;
      for (const std::string& session : sessions_) out.text(session);
      ValueHeader header;
      header.count = sessions_.size();
      put_value(map_key(MapKind::sessions), header, out.bytes());
    }
    header_.commit = transaction_.number();
    put_value(map_key(MapKind::header), {}, header_.bytes());
  }

 private:
  struct Block {
    std::vector<std::byte> descriptors;
    std::vector<PlaceRow> rows;
    std::vector<PlaceDetails> details;
  };

  Block& edited(std::int64_t first_id) {
    const auto [at, fresh] = blocks_.try_emplace(first_id);
    Block& block = at->second;
    if (!fresh || before_ == nullptr) return block;
    const std::int64_t number = before_->block_of(first_id);
    if (number >= 0 && before_->first_id(number) == first_id) load(number, block);
    return block;
  }

  void load(std::int64_t number, Block& block) const {
    const std::span<const std::byte> descriptors = before_->content(MapKind::descriptors, number);
    const Columns columns = before_->columns(number);
    const Details details = before_->details(number);
    block.descriptors.assign(descriptors.begin(), descriptors.end());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      block.rows.push_back(columns.row(i));
      block.details.push_back(details.at(i));
    }
  }

  std::pair<Block*, std::size_t> row_of(std::int64_t id) {
    const auto at = before_ == nullptr ? std::nullopt : before_->find(id);
    VPR_REQUIRE(ConfigError, at.has_value(), before_ == nullptr ? "a map" : before_->path(), ": there is no place ", id);
    Block& block = edited(before_->first_id(at->block));
    const auto row = static_cast<std::size_t>(at->row);
    VPR_REQUIRE(ConfigError, block.rows[row].present(), before_->path(), ": place ", id, " is given twice");
    return {&block, row};
  }

  void fill(Block& block, std::size_t row, Place place) {
    check_place(place);
    if (!place.position && place.pose)
      place.position = Position{place.pose->translation[0], place.pose->translation[1], {}, PositionUnit::metres};
    const auto [session, fresh] = session_numbers_.try_emplace(place.session, static_cast<std::uint32_t>(sessions_.size()));
    if (fresh) sessions_.push_back(place.session);
    block.rows[row].set(place, session->second);
    block.details[row] = {std::move(place.name), place.pose};
  }

  void write(std::int64_t first_id, const Block& block) {
    if (before_ != nullptr && before_->size() > 0 && first_id < before_->first_id(before_->size() - 1))
      header_.rewritten = transaction_.number();
    ValueHeader header;
    header.count = block.rows.size();
    put_value(map_key(MapKind::descriptors, first_id), header, block.descriptors);
    header.fields[0] =
        static_cast<std::uint32_t>(std::count_if(block.rows.begin(), block.rows.end(), [](const PlaceRow& row) { return row.present(); }));
    put_value(map_key(MapKind::columns, first_id), header, Columns::bytes(block.rows));
    put_value(map_key(MapKind::details, first_id), header, Details::bytes(block.details));
  }

  void put_value(const std::string& key, ValueHeader header, std::optional<std::span<const std::byte>> content) {
    std::span<const std::byte> old;
    transaction_.before().pages().visit(key, key + '\0', [&](std::string_view, std::span<const std::byte> value) { old = value; });
    if (!content) {
      if (!old.empty()) transaction_.remove(key, old);
      return;
    }
    header.commit = transaction_.number();
    transaction_.put(key, map_value(key, header, *content, transaction_.before().pages().page_size()), old);
  }

  WriteTransaction& transaction_;
  const MapBlocks* before_;
  MapHeader header_;
  BlockLayout layout_;
  std::vector<std::string> sessions_;
  std::map<std::string, std::uint32_t, std::less<>> session_numbers_;
  std::map<std::int64_t, Block> blocks_;  // by the id of their first place
  std::optional<std::int64_t> last_;      // the block that places are appended to, where it is not full
};

}  // namespace vpr::detail
