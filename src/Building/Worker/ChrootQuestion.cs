using ImageSdk.Building.Projects;
using ImageSdk.Posix;

namespace ImageSdk.Building.Worker;

/// <summary>
/// The answer to Debian's ischroot, by which maintainer scripts ask whether the running init is theirs. It compares the root with that of
/// process 1, which is the same in a sandbox, and says no: then libc6 tells an init that is not there to start again, and waits a second
/// for it. Other builders work in a chroot, where the answer is yes.
/// </summary>
static class ChrootQuestion
{
    const string Program = "usr/bin/ischroot";

    const string Yes =
        """
        #!/bin/sh
        exit 0

        """;

    /// <summary>What to mount for commands that leave the program itself alone; null for a root that has none.</summary>
    /// <param name="directory">Where the answer may lie.</param>
    public static BindMount? Answer(DirectoryHandle root, string directory) =>
        RootFile.Exists(root, Program) ? new(ProgramFile.Write(directory, "ischroot", Yes), $"/{Program}") : null;
}
