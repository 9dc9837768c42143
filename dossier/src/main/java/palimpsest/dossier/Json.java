package palimpsest.dossier;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.Optional;
import palimpsest.api.CorruptArtifact;
import palimpsest.api.Score;

/**
 * Records as JSON and back, without loss: reading what was written and writing it again gives the
 * same bytes.
 *
 * <p>An absent {@link Optional} is a member left out; there is no {@code null}. A {@link Score} is
 * {@code {"measured": ...}} or {@code {"notMeasured": "reason"}}.
 */
public final class Json {
  static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
          .withConfigOverride(
              Optional.class,
              o ->
                  o.setInclude(
                      JsonInclude.Value.construct(
                          JsonInclude.Include.NON_EMPTY, JsonInclude.Include.ALWAYS)))
          .addModule(module())
          .build();

  private Json() {}

  static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** A record in canonical form (RFC 8785). */
  public static byte[] canonical(Object value) {
    return CanonicalJson.bytes(tree(value));
  }

  /**
   * A record from its canonical bytes.
   *
   * @throws CorruptArtifact naming {@code what} where they are anything else
   */
  public static <T> T read(byte[] bytes, Class<T> type, String what) {
    return read(CanonicalJson.parse(bytes, what), bytes, type, what);
  }

  /**
   * A record from a tree and its canonical bytes, which must be those that it is written as.
   *
   * @throws CorruptArtifact naming {@code what} where it is anything else
   */
  static <T> T read(JsonNode node, byte[] bytes, Class<T> type, String what) {
    refuseNull(node, what);
    try {
      T value = MAPPER.treeToValue(node, type);
      if (value == null || !Arrays.equals(canonical(value), bytes)) {
        throw new CorruptArtifact(what + " holds more or other than a " + type.getSimpleName());
      }
      return value;
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new CorruptArtifact(
          what + " is no " + type.getSimpleName() + " of this version: " + oneLine(e), e);
    }
  }

  private static void refuseNull(JsonNode node, String what) {
    if (node.isNull()) {
      throw new CorruptArtifact(what + " holds null: what is absent is left out");
    }
    node.forEach(child -> refuseNull(child, what));
  }

  /** The first line of an error's message, shortened. */
  public static String oneLine(Exception e) {
    if (e instanceof NoSuchFileException) {
      return "no such file";
    }
    String text =
        e instanceof JsonProcessingException j
            ? j.getOriginalMessage()
            : String.valueOf(e.getMessage());
    String line =
        text.lines()
            .findFirst()
            .orElse("unknown")
            .replaceAll(" \\((set Deserialization|start marker at|bound as) .*", "");
    return line.length() <= 200 ? line : line.substring(0, 200) + "...";
  }

  private static SimpleModule module() {
    return new SimpleModule("palimpsest")
        .addSerializer(Score.class, new ScoreWriter())
        .addDeserializer(Score.class, new ScoreReader())
        .addSerializer(Optional.class, new OptionalWriter())
        .addDeserializer(Optional.class, new OptionalReader(null));
  }

  private static final class ScoreWriter extends JsonSerializer<Score> {
    @Override
    public void serialize(Score score, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      ObjectNode node = MAPPER.createObjectNode();
      score.fold(m -> node.set("measured", measured(m)), n -> node.put("notMeasured", n.reason()));
      out.writeTree(node);
    }

    private static ObjectNode measured(Score.Measured score) {
      ObjectNode node = MAPPER.createObjectNode();
      node.set("because", tree(score.because()));
      return node.set("warnings", tree(score.warnings()));
    }
  }

  private static final class ScoreReader extends JsonDeserializer<Score> {
    @Override
    public Score deserialize(JsonParser in, DeserializationContext context) throws IOException {
      JsonNode node = context.readTree(in);
      JsonNode reason = node.get("notMeasured");
      return reason != null
          ? new Score.NotMeasured(reason.asText())
          : context.readTreeAsValue(node.path("measured"), Score.Measured.class);
    }
  }

  @SuppressWarnings("rawtypes") // Jackson registers by raw class
  private static final class OptionalWriter extends JsonSerializer<Optional> {
    @Override
    public boolean isEmpty(SerializerProvider provider, Optional value) {
      return value.isEmpty();
    }

    @Override
    public void serialize(Optional value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElseThrow(), out);
    }
  }

  @SuppressWarnings("rawtypes") // Jackson registers by raw class
  private static final class OptionalReader extends JsonDeserializer<Optional>
      implements ContextualDeserializer {
    private final @org.jspecify.annotations.Nullable JavaType content;

    OptionalReader(@org.jspecify.annotations.Nullable JavaType content) {
      this.content = content;
    }

    @Override
    public JsonDeserializer<?> createContextual(
        DeserializationContext context, BeanProperty property) {
      return new OptionalReader(context.getContextualType().containedType(0));
    }

    @Override
    public Optional<?> deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      return Optional.of(context.readValue(in, java.util.Objects.requireNonNull(content)));
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
