using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Engine;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Running;

/// <summary>What went wrong with a build, for those who asked for it.</summary>
static class BuildFault
{
    /// <summary>The text; null for what may pass, and is tried again.</summary>
    public static string? TextOf(Exception problem) => problem switch
    {
        BuildException { Diagnostic: var diagnostic } => Shorten(diagnostic).ToLine(),
        GitException or StreamException or AmbiguousStreamException or SourceNeededException or BuildFailedException => problem.Message,
        SrpcException { IsFromServer: true } => $"remote error: {problem.Message}",
        SrpcException => $"image server: {problem.Message}",
        IOException or UnauthorizedAccessException => problem.Message,
        _ => null,
    };

    // Where the manifest lies on this machine says nothing to others.
    static Diagnostic Shorten(Diagnostic diagnostic)
    {
        if (diagnostic.File is not { } file || file.IndexOf("/trees/", StringComparison.Ordinal) is not (>= 0 and var at) || file.IndexOf('/', at + "/trees/".Length) is not (>= 0 and var end))
            return diagnostic;
        return diagnostic with { File = file[(end + 1)..], Message = diagnostic.Message.Replace(file[..(end + 1)], "", StringComparison.Ordinal) };
    }
}

/// <summary>A build has failed; the message says why.</summary>
class BuildFailedException(string message) : Exception(message);
