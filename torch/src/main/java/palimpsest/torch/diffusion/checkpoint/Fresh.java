package palimpsest.torch.diffusion.checkpoint;

import java.io.IOException;
import palimpsest.torch.checkpoint.NativeBytes;

/** What is to be stored in a tensor's place: its elements in row-major order, piece by piece. */
@FunctionalInterface
interface Fresh {
  void emit(NativeBytes.Piece<IOException> to) throws IOException;
}
