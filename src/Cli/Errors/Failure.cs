using ImageSdk.Contracts.Diagnostics;
using ImageSdk.Dominator;
using ImageSdk.Images;
using ImageSdk.Ims;
using ImageSdk.Posix;
using ImageSdk.Srpc;
using ImageSdk.Storage;

namespace ImageSdk.Cli.Errors;

/// <summary>Says of any failure which of the tool's own it is.</summary>
static class Failure
{
    public static CommandException Describe(Exception exception) => exception switch
    {
        // The engine's own codes are listed with the tool's.
        BuildException build => new(build.Diagnostic.Code, build.Message, exception),
        ImsException refused => new(refused.Code, refused.Message, exception),
        ImageFileException or ImageFormatException =>
            new(ErrorCode.DamagedImage, $"the image is damaged: {exception.Message}", exception),
        FilterException => new(ErrorCode.BadFilter, $"the image's filter is invalid: {exception.Message}", exception),
        ObjectNotFoundException => new(
            ErrorCode.MissingObjects, $"{exception.Message}: name the directory that has it with --object-dir", exception),
        SrpcException { IsAccessDenied: true } => new(
            ErrorCode.ServerDeniesAccess, $"the server says: {exception.Message}: use a certificate that permits it (--certs DIR)", exception),
        SrpcException { IsFromServer: true } => new(ErrorCode.ServerRefuses, $"the server says: {exception.Message}", exception),
        SrpcException => new(
            ErrorCode.ServerUnreachable, $"no connection to the server: {exception.Message}: check --server, --certs, and that it runs", exception),
        InvalidDataException => new(ErrorCode.ObjectDiffers, exception.Message, exception),
        StoreException => new(ErrorCode.StoreFailed, exception.Message, exception),
        ArgumentException => new(ErrorCode.UnknownImage, exception.Message, exception),
        UnauthorizedAccessException or PosixException { Error: Errno.AccessDenied } => new(
            ErrorCode.AccessDenied, $"{exception.Message} Run it as the owner of the store or as root.", exception),
        _ when IsNoSpace(exception) => new(ErrorCode.NoSpace, "no space is left where it writes to: make room and run it again", exception),
        IOException => new(ErrorCode.InputOutput, exception.Message, exception),
        _ => new(ErrorCode.Internal, $"internal error: {exception.GetType().Name}: {exception.Message} Please report it.", exception),
    };

    public static bool IsNoSpace(Exception exception) => exception is
        PosixException { Error: Errno.NoSpace or Errno.QuotaExceeded } or
        // How the platform's own streams say it: the error number is what they keep.
        IOException { HResult: Errno.NoSpace or Errno.QuotaExceeded };
}
