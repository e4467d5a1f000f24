using ImageSdk.Building.Remote;
using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Images;
using ImageSdk.Imaginator.Builds;
using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Streams;
using ImageSdk.Srpc;

namespace ImageSdk.Imaginator.Projects;

/// <summary>Who may have projects built here, and what these may do. Who may have a stream built may have a project of that stream built.</summary>
/// <param name="architecture">Of this machine, in the field's words.</param>
sealed class ProjectRules(StreamCatalogue streams, BuildSwitches switches, string architecture)
{
    /// <summary>Whether a caller may send files.</summary>
    /// <exception cref="SrpcException">Not so.</exception>
    public void RequireSender(SrpcCaller caller)
    {
        var table = streams.File.Current;
        if (!caller.HasMethodAccess && !table.Streams.Values.Concat(table.Patterns.Select(pattern => pattern.Stream)).Any(stream => IsOpen(stream, caller)))
            throw new SrpcException("access to method denied: no stream is open to you");
    }

    /// <exception cref="BuildException">The project is not built, or not for this caller.</exception>
    public void Require(ReceivedProject received, SrpcCaller caller)
    {
        var project = received.Project;
        if (switches.RequestsDisabledUntil is { } until)
            throw new BuildException("IMG7364", $"The imaginator takes no requests until {until.UtcDateTime:u}. Try again later, or build without ImageBuilder.");
        if (ImageName.FindStreamFault(project.Stream) is { } fault)
            throw new BuildException("IMG7367", $"\"{project.Stream}\" is no name of a stream: {fault}. Set ImageStream.");
        if (!caller.HasMethodAccess && !IsOpen(project.Stream, caller))
            throw new BuildException("IMG7364",
                $"You may not have images of the stream {project.Stream} built here. Have the owner of the imaginator add you to BuilderUsers or BuilderGroups of that stream, or set ImageStream to one that is open to you.");
        if (project.Architecture != architecture)
            throw new BuildException("IMG7368", $"The imaginator builds for {architecture}, and the project for {project.Architecture}. Set ImageArchitecture, or name another ImageBuilder.");
        if (received.FindDemand(streams.Main.BindMounts) is { } demand)
            throw new BuildException("IMG7368",
                $"The project wants {demand}, which an imaginator gives no project of another machine. Have it build an image of a bootstrap stream and use that as SourceImage, remove what is wanted, or build without ImageBuilder.");
    }

    bool IsOpen(string stream, SrpcCaller caller)
    {
        try
        {
            return streams.File.Current.Find(stream) is { } known && IsOpen(known, caller);
        }
        catch (AmbiguousStreamException)
        {
            return false;
        }
    }

    static bool IsOpen(StreamConfiguration stream, SrpcCaller caller) => new ManifestStream("", stream).IsOpenTo(caller.User, caller.Groups);
}
