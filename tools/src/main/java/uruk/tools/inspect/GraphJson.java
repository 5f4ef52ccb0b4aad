package uruk.tools.inspect;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import uruk.jitlink.graph.Block;
import uruk.jitlink.graph.Edge;
import uruk.jitlink.graph.LinkGraph;
import uruk.jitlink.graph.Section;
import uruk.jitlink.graph.Symbol;

/** A graph as JSON; addresses are strings in hexadecimal, as JSON's numbers cannot hold them. */
final class GraphJson {
  private final GraphPart part;

  private GraphJson(GraphPart part) {
    this.part = part;
  }

  static JsonObject of(GraphPart part, Phase after) {
    LinkGraph graph = part.graph();
    JsonObject json = new JsonObject();
    json.addProperty("schema", InspectCommand.SCHEMA);
    json.addProperty("graph", graph.name());
    json.addProperty("triple", graph.triple());
    json.addProperty("after", after.toString());
    JsonArray sections = new JsonArray();
    graph.sections().forEach(section -> sections.add(new GraphJson(part).section(section)));
    json.add("sections", sections);
    json.add("absolute", symbols(graph.absoluteSymbols()));
    json.add("external", symbols(graph.externalSymbols()));
    JsonObject warnings = new JsonObject();
    graph.warnings().forEach(warnings::addProperty);
    json.add("warnings", warnings);
    return json;
  }

  private JsonObject section(Section section) {
    JsonObject json = new JsonObject();
    json.addProperty("name", section.name());
    json.addProperty("protection", section.memProt().toString());
    json.addProperty("lifetime", section.memLifetime().toString());
    Map<Block, List<Symbol>> symbolsByBlock = section.symbolsByBlock();
    JsonArray blocks = new JsonArray();
    for (Block block : part.blocks(section)) {
      blocks.add(block(block, GraphPart.symbols(symbolsByBlock, block)));
    }
    json.add("blocks", blocks);
    return json;
  }

  private static JsonObject block(Block block, List<Symbol> symbols) {
    JsonObject json = new JsonObject();
    json.addProperty("address", hex(block.address()));
    json.addProperty("size", block.size());
    json.addProperty("alignment", block.alignment());
    json.addProperty("alignmentOffset", block.alignmentOffset());
    json.addProperty("zeroFill", block.zeroFill());
    json.add("symbols", symbols(symbols));
    JsonArray edges = new JsonArray();
    GraphPart.edges(block).forEach(edge -> edges.add(edge(edge)));
    json.add("edges", edges);
    return json;
  }

  private static JsonObject edge(Edge edge) {
    JsonObject json = new JsonObject();
    json.addProperty("offset", edge.offset());
    json.addProperty("kind", edge.kind().llvmName());
    json.addProperty("formula", edge.kind().formula().toString());
    json.addProperty("field", edge.kind().field().toString());
    json.addProperty("target", edge.target().toString());
    json.addProperty("targetAddress", hex(edge.target().address()));
    json.addProperty("addend", edge.addend());
    return json;
  }

  private static JsonArray symbols(Collection<Symbol> symbols) {
    JsonArray array = new JsonArray();
    for (Symbol symbol : symbols) {
      JsonObject json = new JsonObject();
      json.addProperty("name", symbol.name());
      json.addProperty("address", hex(symbol.address()));
      json.addProperty("size", symbol.size());
      json.addProperty("linkage", symbol.linkage().toString().toLowerCase(Locale.ROOT));
      json.addProperty("scope", symbol.scope().toString().toLowerCase(Locale.ROOT));
      json.addProperty("callable", symbol.callable());
      json.addProperty("live", symbol.live());
      array.add(json);
    }
    return array;
  }

  private static String hex(long value) {
    return "0x" + Long.toHexString(value);
  }
}
