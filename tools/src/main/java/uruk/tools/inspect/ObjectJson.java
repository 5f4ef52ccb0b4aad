package uruk.tools.inspect;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;
import java.util.function.Function;
import uruk.jitlink.elf.ElfListing;
import uruk.jitlink.elf.ElfListing.GroupEntry;
import uruk.jitlink.elf.ElfListing.Header;
import uruk.jitlink.elf.ElfListing.RelocationEntry;
import uruk.jitlink.elf.ElfListing.SectionEntry;
import uruk.jitlink.elf.ElfListing.SymbolEntry;
import uruk.jitlink.graph.EdgeKind;

/** An object's tables as JSON; numbers are decimal, members are named as the listing's. */
final class ObjectJson {
  private ObjectJson() {}

  static JsonObject of(ElfListing listing) {
    JsonObject object = header(listing.header());
    object.add("sections", array(listing.sections(), ObjectJson::section));
    object.add("symbols", array(listing.symbols(), ObjectJson::symbol));
    object.add("relocations", array(listing.relocations(), r -> relocation(r, listing)));
    object.add("groups", array(listing.groups(), ObjectJson::group));
    return object;
  }

  /** {@return one symbol, and the relocations that concern it} */
  static JsonObject of(ElfListing listing, SymbolEntry symbol) {
    JsonObject object = header(listing.header());
    object.add("symbols", array(List.of(symbol), ObjectJson::symbol));
    object.add(
        "relocations",
        array(
            listing.relocations().stream().filter(symbol::concernedBy).toList(),
            r -> relocation(r, listing)));
    return object;
  }

  private static <T> JsonArray array(Iterable<T> elements, Function<T, JsonObject> toJson) {
    JsonArray array = new JsonArray();
    elements.forEach(element -> array.add(toJson.apply(element)));
    return array;
  }

  private static JsonObject header(Header header) {
    JsonObject object = new JsonObject();
    object.addProperty("file", header.file());
    object.addProperty("kind", "object");
    object.addProperty("size", header.size());
    object.addProperty("bits", header.bits());
    object.addProperty("byteOrder", header.littleEndian() ? "little" : "big");
    object.addProperty("machine", header.machine());
    object.addProperty("target", header.target());
    object.addProperty("programHeaders", header.programHeaders());
    return object;
  }

  private static JsonObject section(SectionEntry section) {
    JsonObject object = new JsonObject();
    object.addProperty("index", section.index());
    object.addProperty("name", section.name());
    object.addProperty("type", section.type());
    object.addProperty("flags", section.flags());
    object.addProperty("offset", section.offset());
    object.addProperty("size", section.size());
    object.addProperty("alignment", section.alignment());
    object.addProperty("link", section.link());
    object.addProperty("info", section.info());
    return object;
  }

  private static JsonObject symbol(SymbolEntry symbol) {
    JsonObject object = new JsonObject();
    object.addProperty("index", symbol.index());
    object.addProperty("name", symbol.name());
    object.addProperty("binding", symbol.binding());
    object.addProperty("type", symbol.type());
    object.addProperty("visibility", symbol.visibility());
    object.addProperty("place", symbol.place());
    if (symbol.section() >= 0) {
      object.addProperty("section", symbol.section());
    }
    object.addProperty("value", symbol.value());
    object.addProperty("size", symbol.size());
    return object;
  }

  private static JsonObject relocation(RelocationEntry relocation, ElfListing listing) {
    JsonObject object = new JsonObject();
    object.addProperty("section", relocation.section());
    object.addProperty("offset", relocation.offset());
    object.addProperty("number", relocation.number());
    object.addProperty("relocation", relocation.name());
    EdgeKind kind = relocation.meaning() == null ? null : relocation.meaning().edgeKind();
    if (kind != null) {
      object.addProperty("edgeKind", kind.llvmName());
      object.addProperty("formula", kind.formula().toString());
      object.addProperty("field", kind.field().toString());
    }
    object.addProperty("symbol", relocation.symbol());
    object.addProperty("target", listing.symbols().get(relocation.symbol()).name());
    object.addProperty("addend", relocation.addend());
    return object;
  }

  private static JsonObject group(GroupEntry group) {
    JsonObject object = new JsonObject();
    object.addProperty("signature", group.signature());
    JsonArray sections = new JsonArray();
    group.sections().forEach(sections::add);
    object.add("sections", sections);
    return object;
  }
}
