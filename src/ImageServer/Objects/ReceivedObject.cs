using ImageSdk.Images;
using ImageSdk.Storage;

namespace ImageSdk.ImageServer.Objects;

/// <summary>An object that was sent, and what became of it.</summary>
sealed class ReceivedObject(ulong size)
{
    string error = "";

    /// <summary>As computed; all zero where it was not.</summary>
    public ObjectHash Hash { get; set; }

    /// <summary>Bytes.</summary>
    public ulong Size => size;

    /// <summary>Why it is not stored; empty where it is.</summary>
    public string Error => error.Length > 0 ? error : Pending?.Failure?.Message ?? Twin?.Error ?? "";

    /// <summary>Whether it was not stored before.</summary>
    public bool IsNew => Pending is not null && Error.Length == 0;

    /// <summary>Where it was written; null where it did not need to be.</summary>
    public PendingObject? Pending { get; set; }

    /// <summary>The same object, which came first and is not stored yet either.</summary>
    public ReceivedObject? Twin { get; set; }

    /// <summary>Says that it is not to be stored. The first reason counts.</summary>
    public void Refuse(string reason)
    {
        if (error.Length == 0)
            error = reason;
        Pending?.Refuse(new IOException(reason));
    }
}
