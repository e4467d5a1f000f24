namespace ImageSdk.ImageBuilder.Requests;

/// <summary>A field of a request is not what is expected.</summary>
/// <param name="Field">Its path: "base_image.url_list[0]".</param>
/// <param name="Message">What was found, and what is expected.</param>
sealed record FieldFault(string Field, string Message);

/// <summary>What was read of a request.</summary>
/// <param name="Request">Null where there are faults.</param>
/// <param name="Ignored">Members that have no meaning, by their paths.</param>
sealed record ReadRequest(BuildImageRequest? Request, IReadOnlyList<FieldFault> Faults, IReadOnlyList<string> Ignored);
