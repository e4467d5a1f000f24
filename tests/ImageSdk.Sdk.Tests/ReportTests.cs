using ImageSdk.Sdk.Tests.Harness;

namespace ImageSdk.Sdk.Tests;

/// <summary>What a build says at its end.</summary>
[Trait("Category", "Image")]
public sealed class ReportTests : IDisposable
{
    readonly TestFolder folder = new(fakeEngine: false);

    public void Dispose() => folder.Dispose();

    [SandboxFact]
    public void Capabilities_beyond_the_default_are_told()
    {
        const string line = "tiny: commands had capabilities beyond the default: NET_ADMIN, SYS_PTRACE";
        TinyImage.Write(folder, properties: "<ImageCapabilities>sys_ptrace;CAP_CHOWN;NET_ADMIN</ImageCapabilities>");
        Assert.Contains(line, folder.Build().Succeeded().Lines);
        // Nothing ran, and nothing had any.
        Assert.DoesNotContain(line, folder.Build().Succeeded().Output);
        Assert.DoesNotContain("capabilities", folder.Build("-p:ImageCapabilities=CHOWN").Succeeded().Output);
    }
}
