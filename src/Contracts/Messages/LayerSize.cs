namespace ImageSdk.Contracts.Messages;

/// <param name="Bytes">Of its files; hard links count once.</param>
/// <param name="Entries">Names that it sets or removes.</param>
public sealed record LayerSize(ulong Bytes, int Entries);
