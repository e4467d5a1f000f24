using ImageSdk.Contracts.Messages;

namespace ImageSdk.Sandbox.Network;

/// <summary>What a command of an image is run for.</summary>
enum CommandPurpose
{
    /// <summary>Asks a program of the image something.</summary>
    Query,

    /// <summary>The packager's clean-up.</summary>
    CleanUp,

    /// <summary>Brings packages into the image: an update of lists, an installation, their own scripts.</summary>
    Packages,

    Script,

    Test,
}

/// <summary>Who has the network.</summary>
static class NetworkPolicy
{
    /// <summary>
    /// Programs of the image are whatever a script has made of them: what forbids the network to scripts forbids it to all, and what needs
    /// none has none.
    /// </summary>
    public static bool Allows(CommandPurpose purpose, CommandSettings settings) =>
        settings.Network && purpose is (CommandPurpose.Packages or CommandPurpose.Script or CommandPurpose.Test);
}
