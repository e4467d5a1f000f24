using System.Runtime.CompilerServices;
using ImageSdk.Contracts.Diagnostics;

namespace ImageSdk.Layers.Shared;

/// <summary>The warning that a server could be any, once for each server and listener.</summary>
static class UnverifiedServer
{
    static readonly ConditionalWeakTable<IBuildListener, HashSet<string>> warned = [];

    public static void Warn(IBuildListener listener, string address, string? projectFile)
    {
        var addresses = warned.GetOrCreateValue(listener);
        lock (addresses)
        {
            if (!addresses.Add(address))
                return;
        }
        listener.Report(new(DiagnosticSeverity.Warning, "IMG7190",
            $"The certificate of the image server {address} is not verified: another machine could answer in its name. Name the file of its authorities in ImageServerAuthorities, or its SHA-256 in ImageServerFingerprint.",
            projectFile));
    }
}
