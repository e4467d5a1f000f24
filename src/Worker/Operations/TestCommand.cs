using ImageSdk.Contracts.Messages;
using ImageSdk.Posix;
using ImageSdk.Sandbox.Commands;
using ImageSdk.Sandbox.Logging;
using ImageSdk.Sandbox.Network;
using ImageSdk.Sandbox.Roots;

namespace ImageSdk.Worker.Operations;

/// <summary>How a test runs in an image.</summary>
static class TestCommand
{
    public static SandboxCommand New(StageRoot root, StageContext context, CoveredPrograms programs, RunTestsRequest request, CommandOutput output) =>
        new(root.RootPath, context.DevicesPath, context.Session, request.Settings, null)
        {
            InBuildEnvironment = false,
            Purpose = CommandPurpose.Test,
            Mounts = programs.Mounted,
            Timeout = TimeSpan.FromSeconds(request.TimeoutSeconds),
            Log = output,
        };
}
