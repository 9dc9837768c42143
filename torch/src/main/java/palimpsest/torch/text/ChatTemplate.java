package palimpsest.torch.text;

import java.util.List;
import palimpsest.api.UnsupportedModel;

/** Renders the chat template of a checkpoint. */
public final class ChatTemplate {
  private final String source;

  private ChatTemplate(String source) {
    this.source = source;
  }

  /** A turn of a conversation. */
  public record Message(String role, String content) {}

  public static ChatTemplate of(String source) {
    return new ChatTemplate(source);
  }

  public String render(List<Message> messages, boolean generationPrompt, String bos, String eos) {
    if (source.isEmpty()) {
      return "";
    }
    throw new UnsupportedModel("chat templates are not rendered yet: " + source.length());
  }
}
